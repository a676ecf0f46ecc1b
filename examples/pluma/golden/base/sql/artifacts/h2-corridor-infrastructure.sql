BEGIN;
SET LOCAL standard_conforming_strings = on;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'h2_corridor_infrastructure_user') THEN
    CREATE ROLE "h2_corridor_infrastructure_user" NOLOGIN NOSUPERUSER NOBYPASSRLS;
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
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname IN ('h2_corridor_infrastructure_user', 'pluma') AND (rolsuper OR rolbypassrls)) THEN
    RAISE EXCEPTION 'a role that rows are kept from sees all of them: it is a superuser, or has BYPASSRLS';
  END IF;
END
$ivs$;
CREATE SCHEMA IF NOT EXISTS "h2_corridor_infrastructure" AUTHORIZATION "pluma";
REVOKE ALL ON SCHEMA "h2_corridor_infrastructure" FROM PUBLIC;
GRANT USAGE ON SCHEMA "h2_corridor_infrastructure" TO "h2_corridor_infrastructure_user";
CREATE TABLE IF NOT EXISTS "h2_corridor_infrastructure"."artifacts" (
  "program_id" text NOT NULL,
  "id" uuid NOT NULL,
  "phase" text NOT NULL,
  "title" text NOT NULL,
  "content" jsonb,
  PRIMARY KEY ("program_id", "id")
);
ALTER TABLE "h2_corridor_infrastructure"."artifacts" OWNER TO "pluma";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "h2_corridor_infrastructure"."artifacts" TO "h2_corridor_infrastructure_user";
CREATE INDEX IF NOT EXISTS "artifacts_program_id_idx" ON "h2_corridor_infrastructure"."artifacts" ("program_id");
ALTER TABLE "h2_corridor_infrastructure"."artifacts" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "h2_corridor_infrastructure"."artifacts" FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "h2_corridor_infrastructure_user" ON "h2_corridor_infrastructure"."artifacts";
CREATE POLICY "h2_corridor_infrastructure_user" ON "h2_corridor_infrastructure"."artifacts" AS PERMISSIVE FOR ALL TO "h2_corridor_infrastructure_user"
  USING ("program_id" = 'H2-CORRIDOR-Infrastructure')
  WITH CHECK ("program_id" = 'H2-CORRIDOR-Infrastructure');
COMMIT;
