BEGIN;
SET LOCAL standard_conforming_strings = on;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'pluma') THEN
    CREATE ROLE "pluma" NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
END
$ivs$;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'robbbo_t_industrial_user') THEN
    CREATE ROLE "robbbo_t_industrial_user" NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
END
$ivs$;
DO $ivs$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname IN ('pluma', 'robbbo_t_industrial_user') AND (rolsuper OR rolbypassrls)) THEN
    RAISE EXCEPTION 'a role that rows are kept from sees all of them: it is a superuser, or has BYPASSRLS';
  END IF;
END
$ivs$;
CREATE SCHEMA IF NOT EXISTS "robbbo_t_industrial" AUTHORIZATION "pluma";
REVOKE ALL ON SCHEMA "robbbo_t_industrial" FROM PUBLIC;
GRANT USAGE ON SCHEMA "robbbo_t_industrial" TO "robbbo_t_industrial_user";
CREATE TABLE IF NOT EXISTS "robbbo_t_industrial"."artifacts" (
  "program_id" text NOT NULL,
  "id" uuid NOT NULL,
  "phase" text NOT NULL,
  "title" text NOT NULL,
  "content" jsonb,
  PRIMARY KEY ("program_id", "id")
);
ALTER TABLE "robbbo_t_industrial"."artifacts" OWNER TO "pluma";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "robbbo_t_industrial"."artifacts" TO "robbbo_t_industrial_user";
CREATE INDEX IF NOT EXISTS "artifacts_program_id_idx" ON "robbbo_t_industrial"."artifacts" ("program_id");
ALTER TABLE "robbbo_t_industrial"."artifacts" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "robbbo_t_industrial"."artifacts" FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "robbbo_t_industrial_user" ON "robbbo_t_industrial"."artifacts";
CREATE POLICY "robbbo_t_industrial_user" ON "robbbo_t_industrial"."artifacts" AS PERMISSIVE FOR ALL TO "robbbo_t_industrial_user"
  USING ("program_id" = 'ROBBBO-T-Industrial')
  WITH CHECK ("program_id" = 'ROBBBO-T-Industrial');
COMMIT;
