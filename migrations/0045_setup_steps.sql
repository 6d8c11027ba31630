-- Steps of the set-up checklist that only a person can know to be done, and whether the list is hidden.
create table setup_steps (
  name text primary key,
  done_at timestamptz not null
);
