BEGIN;
SET LOCAL standard_conforming_strings = on;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'ampel360_bwb_q100_user') THEN
    CREATE ROLE "ampel360_bwb_q100_user" NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
END
$ivs$;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'pluma') THEN
    CREATE ROLE "pluma" NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
END
$ivs$;
DO $ivs$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname IN ('ampel360_bwb_q100_user', 'pluma') AND (rolsuper OR rolbypassrls)) THEN
    RAISE EXCEPTION 'a role that rows are kept from sees all of them: it is a superuser, or has BYPASSRLS';
  END IF;
END
$ivs$;
CREATE SCHEMA IF NOT EXISTS "ampel360_bwb_q100" AUTHORIZATION "pluma";
REVOKE ALL ON SCHEMA "ampel360_bwb_q100" FROM PUBLIC;
GRANT USAGE ON SCHEMA "ampel360_bwb_q100" TO "ampel360_bwb_q100_user";
CREATE TABLE IF NOT EXISTS "ampel360_bwb_q100"."artifacts" (
  "program_id" text NOT NULL,
  "id" uuid NOT NULL,
  "phase" text NOT NULL,
  "title" text NOT NULL,
  "content" jsonb,
  PRIMARY KEY ("program_id", "id")
);
ALTER TABLE "ampel360_bwb_q100"."artifacts" OWNER TO "pluma";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "ampel360_bwb_q100"."artifacts" TO "ampel360_bwb_q100_user";
CREATE INDEX IF NOT EXISTS "artifacts_program_id_idx" ON "ampel360_bwb_q100"."artifacts" ("program_id");
ALTER TABLE "ampel360_bwb_q100"."artifacts" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "ampel360_bwb_q100"."artifacts" FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "ampel360_bwb_q100_user" ON "ampel360_bwb_q100"."artifacts";
CREATE POLICY "ampel360_bwb_q100_user" ON "ampel360_bwb_q100"."artifacts" AS PERMISSIVE FOR ALL TO "ampel360_bwb_q100_user"
  USING ("program_id" = 'AMPEL360-BWB-Q100')
  WITH CHECK ("program_id" = 'AMPEL360-BWB-Q100');
COMMIT;
