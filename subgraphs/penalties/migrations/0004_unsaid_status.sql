-- A file may say nothing of the publicity of a penalty (null); what an earlier one said then stays.
alter table penalties.penalty alter column status drop not null, alter column status drop default;
alter table penalties.penalty_version alter column status drop not null;
