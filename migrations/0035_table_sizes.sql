-- How large each table was on each day: by these, operators see how it grows.
create table table_sizes (
  day date not null,
  name text not null,
  rows bigint not null,
  bytes bigint not null,
  primary key (day, name)
);
