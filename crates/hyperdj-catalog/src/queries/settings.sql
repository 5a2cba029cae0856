-- Fixes for this transaction everything that decides how the server prints names, types and constants. The queries
-- join in the order in which they are written: planning them takes the server half as long then, and one process is
-- enough for them.
-- $1: statement_timeout in milliseconds
SELECT current_database(),
       current_user,
       set_config('search_path', '', true),
       set_config('statement_timeout', $1, true),
       set_config('jit', 'off', true),
       set_config('join_collapse_limit', '1', true),
       set_config('from_collapse_limit', '1', true),
       set_config('max_parallel_workers_per_gather', '0', true),
       set_config('work_mem', '32MB', true),
       set_config('datestyle', 'ISO, YMD', true),
       set_config('lc_monetary', 'C', true),
       set_config('intervalstyle', 'postgres', true),
       set_config('timezone', 'UTC', true),
       set_config('bytea_output', 'hex', true),
       set_config('extra_float_digits', '1', true),
       set_config('standard_conforming_strings', 'on', true),
       set_config('quote_all_identifiers', 'off', true)
