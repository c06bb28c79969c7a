-- To whom a step gives the alert, an account of the organisation whose step it is: an alert has its last assignee alone.
ALTER TABLE review.alert_step ADD COLUMN assignee text;
