-- Run once, by the image, when the primary's database is made. The passwords come from the mounted secrets and stand in no
-- command line, no variable and no log.
\set app_password `cat /run/secrets/postgres_app_user_pw`
\set ro_password `cat /run/secrets/postgres_app_ro_pw`
\set migration_password `cat /run/secrets/postgres_migration_user_pw`
\set replication_password `cat /run/secrets/postgres_replication_pw`
set log_statement = 'none';
set log_min_error_statement = 'panic';
set password_encryption = 'scram-sha-256';

create role appowner nologin;
create role appuser login password :'app_password';
create role backupuser login password :'ro_password';
create role migrator login password :'migration_password' in role appowner;
create role replicator login replication password :'replication_password' connection limit 4;
select pg_create_physical_replication_slot('replica');

create database appdb owner appowner;
\connect appdb
set log_statement = 'none';
alter database appdb set search_path = app, public;
revoke all on database appdb from public;
grant connect, temporary on database appdb to appuser, migrator;
grant connect on database appdb to backupuser;

create schema app authorization appowner;
grant usage on schema app to appuser, backupuser;
-- Tables are made later, by migrations, and belong to the owner.
alter default privileges for role appowner in schema app
    grant select, insert, update, delete on tables to appuser;
alter default privileges for role appowner in schema app grant usage, select, update on sequences to appuser;
alter default privileges for role appowner in schema app grant select on tables to backupuser;
alter default privileges for role appowner in schema app grant select on sequences to backupuser;
