-- 0014: what each run of the job `check-invariants` covered and found.
-- Why:   the next run goes on where the last one ended, and GET /invariants says what was found without looking at payments.
-- Order: before functions/jobs/check-invariants.ts and functions/api/get-invariants.ts ship. Older functions do not know the table.
-- Undo:  forward only. Rows are never changed; the job deletes old ones. An empty table begins the first pass again.
CREATE TABLE IF NOT EXISTS invariant_run (
  id               BIGINT      NOT NULL AUTO_INCREMENT,
  pass             BIGINT      NOT NULL COMMENT 'from the first payment to the last, 1 for the first time',
  started_at       DATETIME(3) NOT NULL COMMENT 'real time',
  finished_at      DATETIME(3) NOT NULL,
  after_payment_id CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'covered from the payment after this; empty: from the first',
  last_payment_id  CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'covered up to this; null: to the end of the pass',
  payments         INT         NOT NULL,
  failed           INT         NOT NULL COMMENT 'rows that broke an invariant',
  results          MEDIUMTEXT  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON, by invariant',
  failures         MEDIUMTEXT  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON, the newest of each invariant in this pass and the one before',
  pass_began_at    DATETIME(3) NOT NULL,
  pass_payments    BIGINT      NOT NULL COMMENT 'of the pass until now, as pass_failed',
  pass_failed      BIGINT      NOT NULL,
  CONSTRAINT invariant_run_pk PRIMARY KEY (id),
  INDEX invariant_run_started (started_at),
  INDEX invariant_run_complete (last_payment_id, id)
) ENGINE = InnoDB;
