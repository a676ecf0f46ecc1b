-- What tenants, owners and strangers see of the schemas in schemas.ivs. Each assertion fails the script.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE ROLE stranger NOLOGIN;

-- A superuser fills the tables: policies do not bind it.
INSERT INTO "by role's ""rooms""; --".notes VALUES
  ($$Red's \ $ivs$ "room"$$, 1, 'red 1'), ($$Red's \ $ivs$ "room"$$, 2, 'red 2'), ('blue', 1, 'blue 1');
INSERT INTO "by-setting".notes VALUES ('red', 1, 'red 1'), ('blue', 1, 'blue 1'), ('', 1, 'nobody');
INSERT INTO "by-uuid".notes VALUES
  ('00000000-0000-0000-0000-000000000001', 1), ('00000000-0000-0000-0000-000000000002', 2);

-- A tenant sees its rows and no others, and can write no others.
SET SESSION AUTHORIZATION red;
DO $$ BEGIN
  ASSERT (SELECT array_agg(body ORDER BY id) FROM "by role's ""rooms""; --".notes) = ARRAY['red 1', 'red 2'];
  UPDATE "by role's ""rooms""; --".notes SET body = 'changed';
  ASSERT (SELECT count(*) FROM "by role's ""rooms""; --".notes WHERE body = 'changed') = 2;
  DELETE FROM "by role's ""rooms""; --".notes WHERE tenant_id = 'blue';
  BEGIN
    INSERT INTO "by role's ""rooms""; --".notes VALUES ('blue', 2, 'forged');
    ASSERT false, 'red wrote a row of blue';
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
  BEGIN
    UPDATE "by role's ""rooms""; --".notes SET tenant_id = 'blue' WHERE id = 1;
    ASSERT false, 'red gave a row to blue';
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
  BEGIN
    ALTER TABLE "by role's ""rooms""; --".notes DISABLE ROW LEVEL SECURITY;
    ASSERT false, 'red took the policies away';
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
  BEGIN
    SET ROLE "blue ""team""";
    ASSERT false, 'red became blue';
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
EXCEPTION WHEN assert_failure THEN RAISE;
END $$;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION "blue ""team""";
DO $$ BEGIN
  ASSERT (SELECT array_agg(body) FROM "by role's ""rooms""; --".notes) = ARRAY['blue 1'];
END $$;
RESET SESSION AUTHORIZATION;

-- The owner of the tables is no tenant: it sees nothing, because row security is forced.
SET SESSION AUTHORIZATION store_owner;
DO $$ BEGIN
  ASSERT (SELECT count(*) FROM "by role's ""rooms""; --".notes) = 0;
  ASSERT (SELECT count(*) FROM "by-setting".notes) = 0;
  SET LOCAL app.tenant = 'red';
  ASSERT (SELECT array_agg(body) FROM "by-setting".notes) = ARRAY['red 1'];
END $$;
RESET SESSION AUTHORIZATION;

-- A stranger may not even enter.
SET SESSION AUTHORIZATION stranger;
DO $$ BEGIN
  PERFORM * FROM "by role's ""rooms""; --".notes;
  ASSERT false, 'a stranger came in';
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$;
RESET SESSION AUTHORIZATION;

-- Without a setting, or with an empty one, nobody's rows are anybody's: not those of a tenant with an empty name either.
SET SESSION AUTHORIZATION app_users;
DO $$ BEGIN
  ASSERT (SELECT count(*) FROM "by-setting".notes) = 0;
  PERFORM set_config('app.tenant', '', true);
  ASSERT (SELECT count(*) FROM "by-setting".notes) = 0;
  ASSERT (SELECT count(*) FROM "by-uuid".notes) = 0;
  PERFORM set_config('app.tenant', 'blue', true);
  ASSERT (SELECT array_agg(body) FROM "by-setting".notes) = ARRAY['blue 1'];
  BEGIN
    INSERT INTO "by-setting".notes VALUES ('red', 9, 'forged');
    ASSERT false, 'blue wrote a row of red';
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
  PERFORM set_config('app.tenant', '00000000-0000-0000-0000-000000000002', true);
  ASSERT (SELECT array_agg(id) FROM "by-uuid".notes) = ARRAY[2];
END $$;
RESET SESSION AUTHORIZATION;

-- Every policy has a predicate on its column for reading and for writing.
DO $$ BEGIN
  ASSERT (SELECT count(*) FROM pg_policies) > 0;
  ASSERT (SELECT bool_and(qual IS NOT NULL AND with_check = qual) FROM pg_policies);
  ASSERT (SELECT bool_and(c.relrowsecurity AND c.relforcerowsecurity) FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid);
END $$;
