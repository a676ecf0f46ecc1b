BEGIN;
SET LOCAL standard_conforming_strings = on;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'gaia_quantum_sat_user') THEN
    CREATE ROLE "gaia_quantum_sat_user" NOLOGIN NOSUPERUSER NOBYPASSRLS;
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
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname IN ('gaia_quantum_sat_user', 'pluma') AND (rolsuper OR rolbypassrls)) THEN
    RAISE EXCEPTION 'a role that rows are kept from sees all of them: it is a superuser, or has BYPASSRLS';
  END IF;
END
$ivs$;
CREATE SCHEMA IF NOT EXISTS "gaia_quantum_sat" AUTHORIZATION "pluma";
REVOKE ALL ON SCHEMA "gaia_quantum_sat" FROM PUBLIC;
GRANT USAGE ON SCHEMA "gaia_quantum_sat" TO "gaia_quantum_sat_user";
CREATE TABLE IF NOT EXISTS "gaia_quantum_sat"."artifacts" (
  "program_id" text NOT NULL,
  "id" uuid NOT NULL,
  "phase" text NOT NULL,
  "title" text NOT NULL,
  "content" jsonb,
  PRIMARY KEY ("program_id", "id")
);
ALTER TABLE "gaia_quantum_sat"."artifacts" OWNER TO "pluma";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "gaia_quantum_sat"."artifacts" TO "gaia_quantum_sat_user";
CREATE INDEX IF NOT EXISTS "artifacts_program_id_idx" ON "gaia_quantum_sat"."artifacts" ("program_id");
ALTER TABLE "gaia_quantum_sat"."artifacts" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "gaia_quantum_sat"."artifacts" FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "gaia_quantum_sat_user" ON "gaia_quantum_sat"."artifacts";
CREATE POLICY "gaia_quantum_sat_user" ON "gaia_quantum_sat"."artifacts" AS PERMISSIVE FOR ALL TO "gaia_quantum_sat_user"
  USING ("program_id" = 'GAIA-Quantum-Sat')
  WITH CHECK ("program_id" = 'GAIA-Quantum-Sat');
COMMIT;
