BEGIN;
SET LOCAL standard_conforming_strings = on;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'marketplace') THEN
    CREATE ROLE "marketplace" NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
END
$ivs$;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'seller_fenwick') THEN
    CREATE ROLE "seller_fenwick" NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
END
$ivs$;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'seller_kobo') THEN
    CREATE ROLE "seller_kobo" NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
END
$ivs$;
DO $ivs$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'seller_oconnor') THEN
    CREATE ROLE "seller_oconnor" NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
END
$ivs$;
DO $ivs$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname IN ('marketplace', 'seller_fenwick', 'seller_kobo', 'seller_oconnor') AND (rolsuper OR rolbypassrls)) THEN
    RAISE EXCEPTION 'a role that rows are kept from sees all of them: it is a superuser, or has BYPASSRLS';
  END IF;
END
$ivs$;
CREATE SCHEMA IF NOT EXISTS "marketplace" AUTHORIZATION "marketplace";
REVOKE ALL ON SCHEMA "marketplace" FROM PUBLIC;
GRANT USAGE ON SCHEMA "marketplace" TO "seller_fenwick";
GRANT USAGE ON SCHEMA "marketplace" TO "seller_kobo";
GRANT USAGE ON SCHEMA "marketplace" TO "seller_oconnor";
CREATE TABLE IF NOT EXISTS "marketplace"."offers" (
  "seller" text NOT NULL,
  "sku" text NOT NULL,
  "price" numeric NOT NULL,
  "currency" text NOT NULL,
  "stock" integer NOT NULL,
  PRIMARY KEY ("seller", "sku")
);
ALTER TABLE "marketplace"."offers" OWNER TO "marketplace";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "marketplace"."offers" TO "seller_fenwick";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "marketplace"."offers" TO "seller_kobo";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "marketplace"."offers" TO "seller_oconnor";
CREATE INDEX IF NOT EXISTS "offers_seller_idx" ON "marketplace"."offers" ("seller");
ALTER TABLE "marketplace"."offers" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "marketplace"."offers" FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "seller_fenwick" ON "marketplace"."offers";
CREATE POLICY "seller_fenwick" ON "marketplace"."offers" AS PERMISSIVE FOR ALL TO "seller_fenwick"
  USING ("seller" = 'fenwick')
  WITH CHECK ("seller" = 'fenwick');
DROP POLICY IF EXISTS "seller_kobo" ON "marketplace"."offers";
CREATE POLICY "seller_kobo" ON "marketplace"."offers" AS PERMISSIVE FOR ALL TO "seller_kobo"
  USING ("seller" = 'kobo')
  WITH CHECK ("seller" = 'kobo');
DROP POLICY IF EXISTS "seller_oconnor" ON "marketplace"."offers";
CREATE POLICY "seller_oconnor" ON "marketplace"."offers" AS PERMISSIVE FOR ALL TO "seller_oconnor"
  USING ("seller" = 'oconnor')
  WITH CHECK ("seller" = 'oconnor');
CREATE TABLE IF NOT EXISTS "marketplace"."payouts" (
  "seller" text NOT NULL,
  "month" date NOT NULL,
  "amount" numeric NOT NULL,
  "details" jsonb,
  PRIMARY KEY ("seller", "month")
);
ALTER TABLE "marketplace"."payouts" OWNER TO "marketplace";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "marketplace"."payouts" TO "seller_fenwick";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "marketplace"."payouts" TO "seller_kobo";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "marketplace"."payouts" TO "seller_oconnor";
CREATE INDEX IF NOT EXISTS "payouts_seller_idx" ON "marketplace"."payouts" ("seller");
ALTER TABLE "marketplace"."payouts" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "marketplace"."payouts" FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "seller_fenwick" ON "marketplace"."payouts";
CREATE POLICY "seller_fenwick" ON "marketplace"."payouts" AS PERMISSIVE FOR ALL TO "seller_fenwick"
  USING ("seller" = 'fenwick')
  WITH CHECK ("seller" = 'fenwick');
DROP POLICY IF EXISTS "seller_kobo" ON "marketplace"."payouts";
CREATE POLICY "seller_kobo" ON "marketplace"."payouts" AS PERMISSIVE FOR ALL TO "seller_kobo"
  USING ("seller" = 'kobo')
  WITH CHECK ("seller" = 'kobo');
DROP POLICY IF EXISTS "seller_oconnor" ON "marketplace"."payouts";
CREATE POLICY "seller_oconnor" ON "marketplace"."payouts" AS PERMISSIVE FOR ALL TO "seller_oconnor"
  USING ("seller" = 'oconnor')
  WITH CHECK ("seller" = 'oconnor');
COMMIT;
