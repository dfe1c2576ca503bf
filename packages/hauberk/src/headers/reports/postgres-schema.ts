/**
 * The tables, and a function that adds a batch under a lock: two machines that saw the same room would both fill it.
 * For those who run migrations with a tool of their own; done twice it changes nothing.
 */
export const POSTGRES_REPORT_SCHEMA = `
CREATE TABLE IF NOT EXISTS hauberk_reports (
  key text PRIMARY KEY,
  type text NOT NULL,
  page text NOT NULL,
  rule text NOT NULL,
  blocked text NOT NULL,
  disposition text NOT NULL,
  source text NOT NULL,
  noise boolean NOT NULL,
  count bigint NOT NULL,
  first_seen_ms bigint NOT NULL,
  last_seen_ms bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS hauberk_report_hours (
  hour_ms bigint PRIMARY KEY,
  reports bigint NOT NULL DEFAULT 0,
  noise bigint NOT NULL DEFAULT 0,
  dropped bigint NOT NULL DEFAULT 0
);
CREATE OR REPLACE FUNCTION hauberk_add_reports(
  given jsonb, max_kinds bigint, max_new bigint, kept_since_ms bigint, lonely_since_ms bigint, hours_since_ms bigint,
  this_hour_ms bigint, dropped_before bigint
) RETURNS SETOF text LANGUAGE plpgsql AS $body$
DECLARE
  each record;
  room bigint;
  sums bigint[] := ARRAY[0, 0, dropped_before];
BEGIN
  LOCK TABLE hauberk_reports IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM hauberk_reports r WHERE r.last_seen_ms < kept_since_ms;
  IF (SELECT count(*) FROM hauberk_reports) >= max_kinds THEN
    DELETE FROM hauberk_reports r WHERE r.count = 1 AND r.last_seen_ms < lonely_since_ms;
  END IF;
  DELETE FROM hauberk_report_hours h WHERE h.hour_ms <= hours_since_ms;
  room := least(max_new, max_kinds - (SELECT count(*) FROM hauberk_reports));
  FOR each IN SELECT * FROM jsonb_to_recordset(given) AS g(
    key text, type text, page text, rule text, blocked text, disposition text, source text, noise boolean, count bigint,
    last_seen_ms bigint)
  LOOP
    UPDATE hauberk_reports r SET count = r.count + each.count, last_seen_ms = greatest(r.last_seen_ms, each.last_seen_ms)
      WHERE r.key = each.key;
    IF FOUND THEN
      RETURN NEXT 'known';
    ELSIF room > 0 THEN
      room := room - 1;
      INSERT INTO hauberk_reports VALUES (each.key, each.type, each.page, each.rule, each.blocked, each.disposition,
        each.source, each.noise, each.count, each.last_seen_ms, each.last_seen_ms);
      RETURN NEXT 'new';
    ELSE
      sums[3] := sums[3] + each.count;
      RETURN NEXT 'dropped';
      CONTINUE;
    END IF;
    IF each.noise THEN sums[2] := sums[2] + each.count; ELSE sums[1] := sums[1] + each.count; END IF;
  END LOOP;
  INSERT INTO hauberk_report_hours AS h VALUES (this_hour_ms, sums[1], sums[2], sums[3])
    ON CONFLICT (hour_ms) DO UPDATE SET reports = h.reports + excluded.reports, noise = h.noise + excluded.noise,
      dropped = h.dropped + excluded.dropped;
END
$body$`;
