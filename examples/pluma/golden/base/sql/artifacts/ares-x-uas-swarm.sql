BEGIN;
SET LOCAL standard_conforming_strings = on;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'ares_x_uas_swarm_user') THEN
    CREATE ROLE "ares_x_uas_swarm_user" NOLOGIN NOSUPERUSER NOBYPASSRLS;
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
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname IN ('ares_x_uas_swarm_user', 'pluma') AND (rolsuper OR rolbypassrls)) THEN
    RAISE EXCEPTION 'a role that rows are kept from sees all of them: it is a superuser, or has BYPASSRLS';
  END IF;
END
$ivs$;
CREATE SCHEMA IF NOT EXISTS "ares_x_uas_swarm" AUTHORIZATION "pluma";
REVOKE ALL ON SCHEMA "ares_x_uas_swarm" FROM PUBLIC;
GRANT USAGE ON SCHEMA "ares_x_uas_swarm" TO "ares_x_uas_swarm_user";
CREATE TABLE IF NOT EXISTS "ares_x_uas_swarm"."artifacts" (
  "program_id" text NOT NULL,
  "id" uuid NOT NULL,
  "phase" text NOT NULL,
  "title" text NOT NULL,
  "content" jsonb,
  PRIMARY KEY ("program_id", "id")
);
ALTER TABLE "ares_x_uas_swarm"."artifacts" OWNER TO "pluma";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "ares_x_uas_swarm"."artifacts" TO "ares_x_uas_swarm_user";
CREATE INDEX IF NOT EXISTS "artifacts_program_id_idx" ON "ares_x_uas_swarm"."artifacts" ("program_id");
ALTER TABLE "ares_x_uas_swarm"."artifacts" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "ares_x_uas_swarm"."artifacts" FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "ares_x_uas_swarm_user" ON "ares_x_uas_swarm"."artifacts";
CREATE POLICY "ares_x_uas_swarm_user" ON "ares_x_uas_swarm"."artifacts" AS PERMISSIVE FOR ALL TO "ares_x_uas_swarm_user"
  USING ("program_id" = 'ARES-X-UAS-Swarm')
  WITH CHECK ("program_id" = 'ARES-X-UAS-Swarm');
COMMIT;
