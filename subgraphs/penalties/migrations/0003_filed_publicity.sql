-- What a file says of the publicity of a penalty besides its withdrawal: not published, or published long enough.
alter table penalties.penalty drop constraint penalty_status_check;
alter table penalties.penalty add constraint penalty_status_check
  check (status in ('NORMAL', 'EXPIRED', 'NOT_PUBLISHED', 'WITHDRAWN', 'IN_OBJECTION', 'OTHER'));
