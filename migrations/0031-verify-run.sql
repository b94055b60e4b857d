-- 0031: runs of `npm run verify` that somebody asked for or had kept: how far each has come, and what it found.
-- Why:   the console shows what the last run found, and asks for another. The process that verifies is another than the one that is asked,
--        so they meet here. `open_run` is 1 while a run is asked for or going on, and NULL after that: its unique key lets one run be open at
--        a time, whoever asks. A process that was killed leaves an open run whose `lease_until` passes; the next run closes it.
-- Order: before functions/api/get-verify-run.ts and request-verify-run.ts ship. Older functions and commands do not know the table.
-- Cost:  a new table, of which a run writes one row, once a second while it goes on. Runs that ended 90 days ago are deleted by the next.
-- Undo:  forward only. Without the table only the console's page of the invariants is empty.
CREATE TABLE IF NOT EXISTS verify_run (
  run_id      CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'vrf_ and a ULID: runs sort by the time of asking',
  state       VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  open_run    TINYINT      NULL COMMENT '1 while it is REQUESTED or RUNNING',
  asked_by    VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'an operator, or the login of the database',
  asked_at    DATETIME(3)  NOT NULL COMMENT 'real time, as the others',
  started_at  DATETIME(3)  NULL,
  finished_at DATETIME(3)  NULL,
  lease_until DATETIME(3)  NOT NULL COMMENT 'while it is open: without a sign of life until then, it is given up',
  progress    VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'JSON, how many of each were read',
  problem     VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'why it came to no result; null: its process ended without a word',
  result      MEDIUMTEXT   CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'JSON, by invariant; of one that is DONE',
  CONSTRAINT verify_run_pk PRIMARY KEY (run_id),
  CONSTRAINT verify_run_open UNIQUE (open_run),
  INDEX verify_run_by_state (state, run_id),
  CONSTRAINT verify_run_state CHECK (state IN ('REQUESTED', 'RUNNING', 'DONE', 'FAILED')),
  CONSTRAINT verify_run_is_open CHECK ((open_run IS NOT NULL) = (state IN ('REQUESTED', 'RUNNING'))),
  CONSTRAINT verify_run_is_one CHECK (open_run IS NULL OR open_run = 1)
) ENGINE = InnoDB;
