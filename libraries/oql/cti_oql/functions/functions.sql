-- The functions of the language on PostgreSQL. Each is the twin of a function in `scalars.py` or
-- `moments.py`, where it is explained, and returns the same for the same arguments.
-- `install_functions` runs this file in every database where it was changed.

CREATE OR REPLACE FUNCTION cti_number(value text) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    found text := substring(left(value, 400) from
        '^[ \t\r\n]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)');
    exponent text := substring(found from '[eE]([+-]?[0-9]+)$');
    number numeric;
BEGIN
    IF found IS NULL OR found !~ '[1-9].*' OR found ~ '^[+-]?[0.]*[eE]' THEN
        RETURN 0;
    END IF;
    IF length(ltrim(exponent, '+-0')) > 3 THEN
        RETURN CASE WHEN exponent LIKE '-%' THEN 0
            WHEN found LIKE '-%' THEN -1.7e308 ELSE 1.7e308 END;
    END IF;
    number := greatest(least(found::numeric, 1.7e308), -1.7e308);
    RETURN CASE WHEN abs(number) > 1e-300 THEN number ELSE 0 END;
END $$;

CREATE OR REPLACE FUNCTION cti_number_text(value double precision) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN value = trunc(value) AND abs(value) < 1e15
        THEN CAST(CAST(value AS bigint) AS text) ELSE CAST(value AS text) END
$$;

CREATE OR REPLACE FUNCTION cti_whole(value double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CAST(least(greatest(round(CAST(value AS numeric)), -9223372036854775808),
        9223372036854775807) AS bigint)
$$;

CREATE OR REPLACE FUNCTION cti_round(value double precision, decimals double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CAST(round(CAST(value AS numeric),
        CAST(least(greatest(cti_whole(decimals), -30), 30) AS integer)) AS double precision)
$$;

CREATE OR REPLACE FUNCTION cti_floor(value double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT floor(value) $$;

CREATE OR REPLACE FUNCTION cti_bits(operator text, one double precision, other double precision)
RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    a bigint := cti_whole(one);
    b bigint := cti_whole(other);
    result numeric;
BEGIN
    result := CASE operator
        WHEN '&' THEN a & b
        WHEN '|' THEN a | b
        WHEN '^' THEN a # b
        WHEN '<<' THEN CASE WHEN b BETWEEN 0 AND 63 THEN a << CAST(b AS integer) ELSE 0 END
        ELSE CASE WHEN b BETWEEN 0 AND 63 THEN
            div(CASE WHEN a < 0 THEN a + 18446744073709551616 ELSE a END,
                trunc(2::numeric ^ b))
            ELSE 0 END
    END;
    RETURN CASE WHEN result < 0 THEN result + 18446744073709551616 ELSE result END;
END $$;

CREATE OR REPLACE FUNCTION cti_substr(
    value text, start double precision, length_ double precision
) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    size integer := length(value);
    first bigint := cti_whole(start);
    count bigint := cti_whole(length_);
BEGIN
    IF first < 0 THEN
        first := first + size + 1;
    END IF;
    IF first < 1 OR count < 1 OR first > size THEN
        RETURN '';
    END IF;
    RETURN substr(value, CAST(first AS integer), CAST(least(count, size) AS integer));
END $$;

CREATE OR REPLACE FUNCTION cti_inet_aton(value text) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    parts integer[];
BEGIN
    IF value !~ '^[0-9]{1,3}(\.[0-9]{1,3}){0,3}$' THEN
        RETURN NULL;
    END IF;
    parts := string_to_array(value, '.')::integer[];
    IF (SELECT max(part) FROM unnest(parts) AS part) > 255 THEN
        RETURN NULL;
    END IF;
    WHILE cardinality(parts) < 4 LOOP
        parts := parts[1:cardinality(parts) - 1] || 0 || parts[cardinality(parts)];
    END LOOP;
    RETURN ((parts[1]::bigint * 256 + parts[2]) * 256 + parts[3]) * 256 + parts[4];
END $$;

CREATE OR REPLACE FUNCTION cti_inet_ntoa(value double precision) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    address bigint := cti_whole(value);
BEGIN
    IF value < 0 OR address > 4294967295 THEN
        RETURN NULL;
    END IF;
    RETURN concat_ws('.', address >> 24, (address >> 16) & 255, (address >> 8) & 255, address & 255);
END $$;

CREATE OR REPLACE FUNCTION cti_regexp(value text, pattern text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT value ~* pattern $$;

CREATE OR REPLACE FUNCTION cti_escape(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT replace(replace(replace(value, '\', '\\'), '%', '\%'), '_', '\_')
$$;

-- What a backslash makes ordinary, and the wildcards, are other characters while the rest is folded.
CREATE OR REPLACE FUNCTION cti_pattern(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    kept text := replace(replace(replace(value, '\\', U&'\E000'), '\%', U&'\E001'), '\_', U&'\E002');
BEGIN
    kept := regexp_replace(regexp_replace(kept, '\\$', U&'\E000'), '\\(.)', '\1', 'g');
    kept := translate(kept, '%_', U&'\E003\E004');
    kept := cti_escape(cti_like(translate(kept, U&'\E000\E001\E002', '\%_')));
    RETURN translate(kept, U&'\E003\E004', '%_');
END $$;

CREATE OR REPLACE FUNCTION cti_moment_numbers(value text) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    found text[] := coalesce(
        regexp_match(value, '^\s*(\d{4}|\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)'
            '(?:[ T](\d{1,2})(?!\d)(?::(\d{1,2})(?!\d))?(?::(\d{1,2})(?!\d))?)?'),
        regexp_match(value,
            '^\s*(\d{4}|\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?(?!\d)'));
    numbers integer[];
BEGIN
    IF found IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(coalesce(part, '0')::integer ORDER BY place) INTO numbers
        FROM unnest(found) WITH ORDINALITY AS parts (part, place);
    IF length(found[1]) = 2 THEN
        numbers[1] := numbers[1] + CASE WHEN numbers[1] >= 70 THEN 1900 ELSE 2000 END;
    END IF;
    RETURN numbers;
END $$;

CREATE OR REPLACE FUNCTION cti_month_days(year integer, month integer) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT extract(day FROM make_date(year, month, 1) + interval '1 month' - interval '1 day')
        ::integer
$$;

CREATE OR REPLACE FUNCTION cti_moment(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    n integer[] := cti_moment_numbers(value);
BEGIN
    IF n IS NULL OR n[1] < 1 OR n[2] NOT BETWEEN 1 AND 12 OR n[3] < 1
        OR n[4] > 23 OR n[5] > 59 OR n[6] > 59 OR n[3] > cti_month_days(n[1], n[2])
    THEN
        RETURN NULL;
    END IF;
    RETURN lpad(n[1]::text, 4, '0') || '-' || lpad(n[2]::text, 2, '0') || '-'
        || lpad(n[3]::text, 2, '0') || ' ' || lpad(n[4]::text, 2, '0') || ':'
        || lpad(n[5]::text, 2, '0') || ':' || lpad(n[6]::text, 2, '0');
END $$;

CREATE OR REPLACE FUNCTION cti_moment_or_zero(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    known text := cti_moment(value);
    n integer[];
    day integer;
BEGIN
    IF known IS NOT NULL THEN
        RETURN known;
    END IF;
    n := cti_moment_numbers(value);
    IF n IS NULL OR n[1] < 1 OR n[2] > 12 OR n[3] > 31 OR n[4:6] > ARRAY[23, 59, 59] THEN
        RETURN '0000-00-00 00:00:00';
    END IF;
    IF n[2] = 0 THEN
        n[2] := 1;
        n[3] := 0;
    END IF;
    day := CASE WHEN n[3] > 28 THEN cti_month_days(n[1], n[2]) ELSE n[3] END;
    IF n[1] = 1 AND n[2] = 1 AND day = 0 THEN
        RETURN '0000-00-00 00:00:00';
    END IF;
    RETURN to_char(make_timestamp(n[1], n[2], 1, 0, 0, 0) + make_interval(days => day)
        - interval '0.5 seconds', 'YYYY-MM-DD HH24:MI:SS.US');
END $$;

CREATE OR REPLACE FUNCTION cti_time(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    found text[] := regexp_match(value, '^\s*(\d{1,3}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?\s*$');
BEGIN
    IF found IS NULL THEN
        RETURN substr(cti_moment(value), 12);
    END IF;
    IF found[2]::integer > 59 OR coalesce(found[3], '0')::integer > 59 THEN
        RETURN NULL;
    END IF;
    RETURN lpad(found[1]::integer::text, greatest(2, length(found[1]::integer::text)), '0') || ':'
        || lpad(found[2], 2, '0') || ':' || lpad(coalesce(found[3], '0'), 2, '0');
END $$;

CREATE OR REPLACE FUNCTION cti_to_utc(value text, zone text) RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    local text := cti_moment_or_zero(value);
BEGIN
    IF local < '0001-01-03' THEN
        RETURN '0001-01-01';
    END IF;
    RETURN local::timestamp AT TIME ZONE zone AT TIME ZONE 'UTC';
END $$;

CREATE OR REPLACE FUNCTION cti_has_time(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT value ~ '^\s*(?:\d{4}|\d{2})[-/.]\d{1,2}[-/.]\d{1,2}[ T]\d{1,2}(?!\d)'
        OR value ~ '^\s*(?:\d{12}|\d{14})(?!\d)'
$$;

CREATE OR REPLACE FUNCTION cti_date_add(value text, amount double precision, unit text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    local text := cti_moment(value);
    count numeric := cti_whole(amount);
    moved timestamp;
BEGIN
    IF local IS NULL THEN
        RETURN NULL;
    END IF;
    count := count * CASE unit WHEN 'MINUTE' THEN 60 WHEN 'HOUR' THEN 3600 WHEN 'DAY' THEN 86400
        WHEN 'YEAR' THEN 12 ELSE 1 END;
    IF unit IN ('MONTH', 'YEAR') THEN
        IF abs(count) > 120000 THEN
            RETURN NULL;
        END IF;
        moved := local::timestamp + make_interval(months => count::integer);
    ELSE
        IF abs(count) > 316000000000 THEN
            RETURN NULL;
        END IF;
        moved := local::timestamp + make_interval(days => div(count, 86400)::integer,
            secs => mod(count, 86400)::double precision);
    END IF;
    IF moved < timestamp '0001-01-01' OR moved >= timestamp '9999-12-31' + interval '1 day' THEN
        RETURN NULL;
    END IF;
    IF cti_has_time(value) OR unit NOT IN ('DAY', 'MONTH', 'YEAR') THEN
        RETURN to_char(moved, 'YYYY-MM-DD HH24:MI:SS');
    END IF;
    RETURN to_char(moved, 'YYYY-MM-DD');
END $$;

CREATE OR REPLACE FUNCTION cti_to_days(value text) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CAST(CAST(left(cti_moment(value), 10) AS date) - date '0001-01-01' + 366
        AS double precision)
$$;

CREATE OR REPLACE FUNCTION cti_from_days(value double precision) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    days bigint := cti_whole(value);
BEGIN
    IF days <= 365 THEN
        RETURN '0000-00-00';
    END IF;
    IF days > 3652424 THEN
        RETURN NULL;
    END IF;
    RETURN to_char(date '0001-01-01' + CAST(days - 366 AS integer), 'YYYY-MM-DD');
END $$;

CREATE OR REPLACE FUNCTION cti_week(at timestamp, code text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    own_year integer := extract(year FROM at);
    iso_year integer := extract(isoyear FROM at);
    week integer;
BEGIN
    IF code = 'v' THEN
        RETURN lpad(extract(week FROM at)::text, 2, '0');
    ELSIF code = 'x' THEN
        RETURN lpad(iso_year::text, 4, '0');
    ELSIF code = 'u' THEN
        RETURN lpad((CASE WHEN iso_year = own_year THEN extract(week FROM at)
            WHEN extract(month FROM at) = 1 THEN 0 ELSE 53 END)::text, 2, '0');
    END IF;
    week := div(extract(doy FROM at)::numeric + 6 - extract(dow FROM at)::numeric, 7);
    IF code = 'U' OR week > 0 THEN
        RETURN CASE WHEN code IN ('U', 'V') THEN lpad(week::text, 2, '0')
            ELSE lpad(own_year::text, 4, '0') END;
    END IF;
    RETURN CASE WHEN own_year > 1 THEN cti_week(make_timestamp(own_year - 1, 12, 31, 0, 0, 0), code)
        ELSE '52' END;
END $$;

CREATE OR REPLACE FUNCTION cti_date_format(value text, template text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    local text := cti_moment(value);
    at timestamp;
    day integer;
    result text := '';
    place integer := 1;
    code text;
    days text[] := ARRAY['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday',
        'Saturday'];
    months text[] := ARRAY['January', 'February', 'March', 'April', 'May', 'June', 'July',
        'August', 'September', 'October', 'November', 'December'];
BEGIN
    IF local IS NULL THEN
        RETURN NULL;
    END IF;
    at := local::timestamp;
    day := extract(day FROM at);
    WHILE place <= length(template) LOOP
        IF substr(template, place, 1) <> '%' OR place = length(template) THEN
            result := result || substr(template, place, 1);
            place := place + 1;
            CONTINUE;
        END IF;
        code := substr(template, place + 1, 1);
        place := place + 2;
        result := result || CASE code
            WHEN 'a' THEN left(days[extract(dow FROM at)::integer + 1], 3)
            WHEN 'b' THEN left(months[extract(month FROM at)::integer], 3)
            WHEN 'c' THEN extract(month FROM at)::integer::text
            WHEN 'D' THEN day || CASE WHEN day BETWEEN 11 AND 13 THEN 'th'
                WHEN day % 10 = 1 THEN 'st' WHEN day % 10 = 2 THEN 'nd'
                WHEN day % 10 = 3 THEN 'rd' ELSE 'th' END
            WHEN 'd' THEN substr(local, 9, 2)
            WHEN 'e' THEN day::text
            WHEN 'f' THEN '000000'
            WHEN 'H' THEN substr(local, 12, 2)
            WHEN 'h' THEN to_char(at, 'HH12')
            WHEN 'I' THEN to_char(at, 'HH12')
            WHEN 'i' THEN substr(local, 15, 2)
            WHEN 'j' THEN to_char(at, 'DDD')
            WHEN 'k' THEN extract(hour FROM at)::integer::text
            WHEN 'l' THEN to_char(at, 'FMHH12')
            WHEN 'M' THEN months[extract(month FROM at)::integer]
            WHEN 'm' THEN substr(local, 6, 2)
            WHEN 'p' THEN to_char(at, 'AM')
            WHEN 'r' THEN to_char(at, 'HH12:MI:SS AM')
            WHEN 'S' THEN substr(local, 18, 2)
            WHEN 's' THEN substr(local, 18, 2)
            WHEN 'T' THEN substr(local, 12)
            WHEN 'W' THEN days[extract(dow FROM at)::integer + 1]
            WHEN 'w' THEN extract(dow FROM at)::integer::text
            WHEN 'Y' THEN left(local, 4)
            WHEN 'y' THEN substr(local, 3, 2)
            WHEN 'U' THEN cti_week(at, code)
            WHEN 'u' THEN cti_week(at, code)
            WHEN 'V' THEN cti_week(at, code)
            WHEN 'v' THEN cti_week(at, code)
            WHEN 'X' THEN cti_week(at, code)
            WHEN 'x' THEN cti_week(at, code)
            ELSE code
        END;
    END LOOP;
    RETURN result;
END $$
