-- 0021: what the acquirer and the bank say, line by line, and what of it does not fit the books.
-- Why:   a difference that nobody sees is money lost. Each line of their files is matched with what is expected; each difference is a
--        break, booked to recon_suspense the same day, so that the suspense account is the open breaks and nothing else.
-- Order: before functions/jobs/import-files.ts, match-files.ts and age-breaks.ts. Older functions do not know the tables.
-- Undo:  forward only. Lines, allocations and actions are never changed or deleted but those of a file that was rejected, which booked
--        nothing; a correction is an action on a break.

-- Who sends files, and by which rules they are read.
CREATE TABLE IF NOT EXISTS recon_source (
  source_id     VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind          VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  profile       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  bank_account  VARCHAR(34) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of a bank: how it calls our account',
  account       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of a bank: the account of the ledger',
  reversal_rule VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of camt.053: whether RvslInd turns the sign of CdtDbtInd',
  timezone      VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  calendar      VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  early_days    SMALLINT    NOT NULL COMMENT 'business days that a line may be paid before it is due',
  sla_days      SMALLINT    NOT NULL COMMENT 'business days after which what is due and not there is missing',
  tolerance     BIGINT      NOT NULL COMMENT 'minor units: a difference of no more is written off by itself',
  tolerance_max BIGINT      NOT NULL COMMENT 'minor units: so much a day and currency at most',
  added_at      DATETIME(3) NOT NULL COMMENT 'real time',
  CONSTRAINT recon_source_pk PRIMARY KEY (source_id),
  CONSTRAINT recon_source_kind CHECK (kind IN ('acquirer', 'bank')),
  CONSTRAINT recon_source_profile CHECK (profile IN ('acquirer-csv', 'toss-json', 'camt-053')),
  CONSTRAINT recon_source_reversal CHECK (reversal_rule IN ('marks', 'turns')),
  CONSTRAINT recon_source_account CHECK ((kind = 'bank') = (account IS NOT NULL) AND (account IS NULL) = (bank_account IS NULL))
) ENGINE = InnoDB;

INSERT INTO recon_source (source_id, kind, profile, bank_account, account, reversal_rule, timezone, calendar, early_days, sla_days, tolerance, tolerance_max, added_at)
SELECT made.* FROM (
  SELECT 'acquirer' AS source_id, 'acquirer' AS kind, 'acquirer-csv' AS profile, NULL AS bank_account, NULL AS account, 'marks' AS reversal_rule,
    'Asia/Seoul' AS timezone, 'KR' AS calendar, 1 AS early_days, 2 AS sla_days, 0 AS tolerance, 0 AS tolerance_max, NOW(3) AS added_at
  UNION ALL SELECT 'bank-operating', 'bank', 'camt-053', 'operating', 'cash', 'marks', 'Asia/Seoul', 'KR', 1, 2, 0, 0, NOW(3)
  UNION ALL SELECT 'bank-safeguarded', 'bank', 'camt-053', 'safeguarded', 'cash_safeguarded', 'marks', 'Asia/Seoul', 'KR', 1, 2, 0, 0, NOW(3)
) AS made WHERE NOT EXISTS (SELECT 1 FROM recon_source existing WHERE existing.source_id = made.source_id);

CREATE TABLE IF NOT EXISTS recon_file (
  file_id     CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source_id   VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name        VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  sha256      CHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of its bytes',
  external_id VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'the acquirer''s batch, or account and day of a statement; null: not known yet',
  revision    SMALLINT     NULL COMMENT 'null: not known yet, or the file is rejected',
  day         DATE         NULL COMMENT 'of the batch, or of the statement',
  due_on      DATE         NULL COMMENT 'when the acquirer pays what is in it',
  line_count  INT          NOT NULL DEFAULT 0 COMMENT 'lines that are in recon_line',
  matched_to  INT          NOT NULL DEFAULT 0 COMMENT 'the last line that was matched',
  state       VARCHAR(10)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  failure     VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  event_count INT          NOT NULL DEFAULT 0 COMMENT 'sequence of its newest event',
  received_at DATETIME(3)  NOT NULL COMMENT 'virtual time, as done_at',
  done_at     DATETIME(3)  NULL,
  CONSTRAINT recon_file_pk PRIMARY KEY (file_id),
  CONSTRAINT recon_file_bytes UNIQUE (source_id, sha256),
  CONSTRAINT recon_file_revision UNIQUE (source_id, external_id, revision),
  CONSTRAINT recon_file_state CHECK (state IN ('RECEIVED', 'PARSED', 'MATCHING', 'DONE', 'REJECTED')),
  INDEX recon_file_waiting (state, source_id, day, file_id),
  INDEX recon_file_of_source (source_id, file_id)
) ENGINE = InnoDB;

-- What a file says of itself in each currency. Compared with its lines before it counts.
CREATE TABLE IF NOT EXISTS recon_file_total (
  file_id  CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  line_count INT       NOT NULL,
  net      BIGINT      NOT NULL COMMENT 'minor units, signed: the sum of its lines',
  opening  BIGINT      NULL COMMENT 'of a statement: what was on the account; null: no statement',
  closing  BIGINT      NULL,
  CONSTRAINT recon_file_total_pk PRIMARY KEY (file_id, currency),
  CONSTRAINT recon_file_total_balance CHECK (opening IS NULL OR closing = opening + net)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS recon_line (
  file_id        CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  line_no        INT          NOT NULL COMMENT 'counts from 1 in the file',
  source_id      VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  line_key       VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what the source calls this line, the same in every revision',
  content_hash   CHAR(32)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of what it says',
  match_key      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the operation; of a bank the end-to-end id; empty: none',
  kind           VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'capture, refund, carry; of a bank credit, debit, return, opening',
  amount         BIGINT       NOT NULL COMMENT 'minor units, signed: a refund and a debit are negative',
  fee            BIGINT       NOT NULL COMMENT 'without VAT',
  vat            BIGINT       NOT NULL,
  net            BIGINT       NOT NULL,
  currency       CHAR(3)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  batch_ref      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of an acquirer: the batch that pays it',
  booked_on      DATE         NOT NULL COMMENT 'the day of the batch, or of booking',
  value_on       DATE         NULL COMMENT 'when it is paid; null: the calendar does not say',
  party_account  VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of a bank: the account at the other end',
  remittance     VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'of a bank: what the payer wrote',
  state          VARCHAR(8)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  expectation_id CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'that this line settled',
  CONSTRAINT recon_line_pk PRIMARY KEY (file_id, line_no),
  CONSTRAINT recon_line_net CHECK (net = amount - fee - vat),
  CONSTRAINT recon_line_state CHECK (state IN ('READ', 'MATCHED', 'BROKEN', 'REPEATED')),
  INDEX recon_line_by_key (source_id, line_key),
  INDEX recon_line_by_match (source_id, match_key, kind)
) ENGINE = InnoDB;

-- What the acquirer has to pay with one reference. `net` − `allocated` − `moved` is still in cash_in_transit.
CREATE TABLE IF NOT EXISTS recon_batch (
  source_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  batch_ref VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency  CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  net       BIGINT      NOT NULL COMMENT 'minor units, signed: what its lines booked to cash_in_transit, and what was carried into it',
  allocated BIGINT      NOT NULL COMMENT 'what lines of the bank paid of it, and what was carried out of it',
  moved     BIGINT      NOT NULL COMMENT 'what was moved from cash_in_transit to a break, less what came back from breaks',
  due_on    DATE        NULL,
  CONSTRAINT recon_batch_pk PRIMARY KEY (source_id, batch_ref, currency),
  INDEX recon_batch_due (source_id, due_on)
) ENGINE = InnoDB;

-- Which batch, payout or transfer of ours a line of the bank is for, and how much of it. A carried line is for the batch that it comes from.
CREATE TABLE IF NOT EXISTS recon_allocation (
  file_id      CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  line_no      INT         NOT NULL,
  subject_kind VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency     CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount       BIGINT      NOT NULL COMMENT 'minor units, signed as the line',
  CONSTRAINT recon_allocation_pk PRIMARY KEY (file_id, line_no, subject_kind, subject),
  CONSTRAINT recon_allocation_kind CHECK (subject_kind IN ('batch', 'payout', 'return', 'transfer')),
  INDEX recon_allocation_by_subject (subject_kind, subject)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS recon_break (
  break_id       CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject        VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'file and line, an expectation, a batch of the acquirer, a payout',
  class          VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source_id      VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  file_id        CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  line_no        INT          NULL,
  expectation_id CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  payout_id      CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  batch_ref      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  differences    TEXT         CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON: what was expected and what was found',
  booked         BIGINT       NOT NULL COMMENT 'minor units, debit positive: what it put on recon_suspense',
  remaining      BIGINT       NOT NULL COMMENT 'booked less its actions: what it holds there',
  currency       CHAR(3)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  opened_on      DATE         NOT NULL COMMENT 'virtual, in the time zone of the source',
  opened_at      DATETIME(3)  NOT NULL COMMENT 'virtual time, as closed_at',
  closed_at      DATETIME(3)  NULL,
  state          VARCHAR(12)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  assignee       VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  version        INT          NOT NULL COMMENT 'how many actions it has',
  event_count    INT          NOT NULL COMMENT 'sequence of its newest event',
  CONSTRAINT recon_break_pk PRIMARY KEY (break_id),
  CONSTRAINT recon_break_once UNIQUE (subject, class),
  CONSTRAINT recon_break_class CHECK (class IN ('DUPLICATE', 'MISSING_HERE', 'STATUS', 'CURRENCY', 'AMOUNT_OVER', 'AMOUNT_UNDER', 'FEE', 'DATE', 'MISSING_THERE', 'AMENDED')),
  CONSTRAINT recon_break_state CHECK (state IN ('OPEN', 'ASSIGNED', 'PROPOSED', 'RESOLVED', 'WRITTEN_OFF')),
  CONSTRAINT recon_break_closed CHECK ((closed_at IS NULL) = (state IN ('OPEN', 'ASSIGNED', 'PROPOSED')) AND (closed_at IS NULL OR remaining = 0)),
  INDEX recon_break_open (state, opened_on, break_id),
  INDEX recon_break_of_state (state, break_id),
  INDEX recon_break_of_class (class, state, break_id),
  INDEX recon_break_of_line (file_id, line_no),
  INDEX recon_break_of_expectation (expectation_id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS recon_break_action (
  break_id CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sequence INT          NOT NULL COMMENT 'counts from 1 without gaps',
  actor    VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'an operator; system: the jobs',
  action   VARCHAR(12)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account  VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'the counter-account of an amount that is proposed or booked',
  target   VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'a batch of the acquirer, a payout, another break, a line',
  amount   BIGINT       NULL COMMENT 'minor units, debit positive: booked as account ← recon_suspense; of give_up as recon_suspense ← account',
  reason   VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  event_id CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'under which it was booked; null: it booked nothing',
  at       DATETIME(3)  NOT NULL COMMENT 'virtual time',
  CONSTRAINT recon_break_action_pk PRIMARY KEY (break_id, sequence),
  CONSTRAINT recon_break_action_action CHECK (action IN ('assign', 'note', 'propose', 'refuse', 'approve', 'take_over', 'give_up', 'expected', 'arrived', 'write_off')),
  INDEX recon_break_action_at (action, at)
) ENGINE = InnoDB;
