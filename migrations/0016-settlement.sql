-- 0016: what merchants are paid for and when, and what is expected of the acquirer for it.
-- Why:   a payout must say which captures and refunds it pays, by which terms and which calendar. Each captured or refunded event has
--        one item and one expectation; the unique keys make a second delivery change nothing. An item is in one batch, a batch is paid
--        by one living payout.
-- Order: before functions/events/expect-settlement.ts and the jobs that close batches and make payouts. Older functions do not know the
--        tables; they write ledger entries of payments as before.
-- Cost:  ledger_entry is rebuilt once (payment_id may be NULL from now on), in place, while others write: about a minute for ten
--        million entries. The other tables are new.
-- Undo:  forward only. Terms, calendar days, items and the audit log are never changed or deleted; a correction is a new row.

-- Payments that were captured before this moment (virtual time) are left out of settlement, and counted.
CREATE TABLE IF NOT EXISTS settlement_start (
  id           TINYINT     NOT NULL,
  settled_from DATETIME(3) NOT NULL,
  CONSTRAINT settlement_start_pk PRIMARY KEY (id),
  CONSTRAINT settlement_start_single CHECK (id = 1)
) ENGINE = InnoDB;

INSERT INTO settlement_start (id, settled_from)
SELECT 1, COALESCE((SELECT occurred_at + INTERVAL 1 SECOND FROM ledger_entry ORDER BY entry_id DESC LIMIT 1), '1970-01-01 00:00:00.000')
FROM (SELECT COUNT(*) AS existing FROM settlement_start) AS counted WHERE counted.existing = 0;

-- A day counts as its row of the highest version says; without a row, Saturdays and Sundays are closed. A year is loaded when its first
-- of January has a row.
CREATE TABLE IF NOT EXISTS business_calendar (
  calendar VARCHAR(8)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  day      DATE         NOT NULL,
  version  INT          NOT NULL COMMENT 'of the whole calendar: one more with each change of it',
  closed   TINYINT      NOT NULL,
  name     VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  source   VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  added_by VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  added_at DATETIME(3)  NOT NULL,
  CONSTRAINT business_calendar_pk PRIMARY KEY (calendar, day, version),
  CONSTRAINT business_calendar_closed CHECK (closed IN (0, 1))
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS settlement_terms (
  merchant_id   VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency      CHAR(3)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  valid_from    DATETIME(3)  NOT NULL COMMENT 'virtual time; never before the row was added',
  cycle         CHAR(1)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'D: each day, W: weeks to Sunday, M: months',
  delay_days    SMALLINT     NOT NULL COMMENT 'business days from the end of the period to the payout',
  cutoff        CHAR(5)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'HH:MM in the time zone: what is later belongs to the next day; 24:00 is midnight',
  timezone      VARCHAR(40)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  calendar      VARCHAR(8)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  vat_mode      VARCHAR(9)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refund_fee    VARCHAR(6)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payout_min    BIGINT       NOT NULL COMMENT 'minor units; a batch of less is carried to the next',
  account_token VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'the bank account; null: batches wait',
  held_reason   VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'not null: nothing is paid out',
  added_by      VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  added_at      DATETIME(3)  NOT NULL,
  CONSTRAINT settlement_terms_pk PRIMARY KEY (merchant_id, currency, valid_from),
  CONSTRAINT settlement_terms_cycle CHECK (cycle IN ('D', 'W', 'M')),
  CONSTRAINT settlement_terms_delay CHECK (delay_days BETWEEN 0 AND 90),
  CONSTRAINT settlement_terms_vat CHECK (vat_mode IN ('exclusive', 'inclusive', 'none')),
  CONSTRAINT settlement_terms_refund CHECK (refund_fee IN ('keep', 'return')),
  CONSTRAINT settlement_terms_min CHECK (payout_min >= 0)
) ENGINE = InnoDB;

-- What is expected of each acquirer. One without a row is expected to take nothing.
CREATE TABLE IF NOT EXISTS acquirer_terms (
  source_id  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  valid_from DATETIME(3) NOT NULL COMMENT 'virtual time',
  fee_bp     SMALLINT    NOT NULL COMMENT 'hundredths of a per cent of a capture',
  vat_mode   VARCHAR(9)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refund_fee VARCHAR(6)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  delay_days SMALLINT    NOT NULL COMMENT 'business days from the sale to its payment',
  timezone   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  calendar   VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  CONSTRAINT acquirer_terms_pk PRIMARY KEY (source_id, valid_from),
  CONSTRAINT acquirer_terms_fee CHECK (fee_bp BETWEEN 0 AND 10000),
  CONSTRAINT acquirer_terms_vat CHECK (vat_mode IN ('exclusive', 'inclusive', 'none')),
  CONSTRAINT acquirer_terms_refund CHECK (refund_fee IN ('keep', 'return')),
  CONSTRAINT acquirer_terms_delay CHECK (delay_days BETWEEN 0 AND 90)
) ENGINE = InnoDB;

INSERT INTO acquirer_terms (source_id, valid_from, fee_bp, vat_mode, refund_fee, delay_days, timezone, calendar)
SELECT 'acquirer', '1970-01-01 00:00:00.000', 150, 'exclusive', 'return', 2, 'Asia/Seoul', 'KR'
FROM (SELECT COUNT(*) AS existing FROM acquirer_terms) AS counted WHERE counted.existing = 0;

CREATE TABLE IF NOT EXISTS settlement_batch (
  batch_id    CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  merchant_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency    CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  period_end  DATE        NOT NULL COMMENT 'the last day that it pays for',
  sequence    SMALLINT    NOT NULL COMMENT '1 but for a second batch of the same period',
  due_on      DATE        NOT NULL COMMENT 'the first business day on which it may be paid',
  state       VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  item_count  INT         NOT NULL DEFAULT 0,
  net         BIGINT      NOT NULL DEFAULT 0 COMMENT 'minor units, signed: the sum of its items',
  opened_at   DATETIME(3) NOT NULL COMMENT 'virtual time',
  closed_at   DATETIME(3) NULL,
  CONSTRAINT settlement_batch_pk PRIMARY KEY (batch_id),
  CONSTRAINT settlement_batch_once UNIQUE (merchant_id, currency, period_end, sequence),
  CONSTRAINT settlement_batch_state CHECK (state IN ('OPEN', 'CLOSED', 'HELD', 'PAID', 'CARRIED')),
  INDEX settlement_batch_due (state, due_on, batch_id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS settlement_item (
  item_id          CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  merchant_id      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency         CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_id       CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'null: not of one payment',
  event_id         CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the outbox event that it follows from',
  type             VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  gross            BIGINT      NOT NULL COMMENT 'minor units, signed: a refund is negative',
  fee              BIGINT      NOT NULL COMMENT 'minor units without VAT; a fee that is returned is negative',
  vat              BIGINT      NOT NULL,
  net              BIGINT      NOT NULL COMMENT 'what the merchant is owed by it',
  sold_on          DATE        NOT NULL COMMENT 'the day in the time zone of the terms, by their cut-off',
  period_end       DATE        NOT NULL COMMENT 'of the period that sold_on lies in',
  due_on           DATE        NULL COMMENT 'null: the calendar of its year is not loaded',
  calendar_version INT         NOT NULL COMMENT 'by which due_on was counted',
  batch_id         CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NULL,
  recorded_at      DATETIME(3) NOT NULL COMMENT 'real time',
  CONSTRAINT settlement_item_pk PRIMARY KEY (item_id),
  CONSTRAINT settlement_item_once UNIQUE (event_id, type),
  CONSTRAINT settlement_item_net CHECK (net = gross - fee - vat),
  INDEX settlement_item_by_batch (batch_id, merchant_id, currency, period_end, item_id),
  INDEX settlement_item_by_payment (payment_id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS payout_file (
  file_id       CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the message id at the bank',
  currency      CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  execute_on    DATE        NOT NULL,
  payout_count  INT         NOT NULL,
  total         BIGINT      NOT NULL COMMENT 'minor units',
  state         VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sha256        CHAR(64)    CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of the bytes that were sent',
  prepared_at   DATETIME(3) NOT NULL COMMENT 'virtual time',
  approved_by   VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  approved_at   DATETIME(3) NULL COMMENT 'virtual time',
  failure       VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  ask_at_ms     BIGINT      NOT NULL DEFAULT 0 COMMENT 'virtual time: not asked about before',
  CONSTRAINT payout_file_pk PRIMARY KEY (file_id),
  CONSTRAINT payout_file_state CHECK (state IN ('PREPARED', 'APPROVED', 'SENT', 'ACCEPTED', 'REJECTED', 'CANCELED')),
  INDEX payout_file_by_state (state, file_id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS payout (
  payout_id     CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the end-to-end id at the bank',
  batch_id      CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempt       SMALLINT     NOT NULL,
  merchant_id   VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount        BIGINT       NOT NULL COMMENT 'minor units',
  currency      CHAR(3)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account_token VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state         VARCHAR(10)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  file_id       CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  bank_ref      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  failure       VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  event_count   INT          NOT NULL COMMENT 'sequence of the newest event of this payout',
  ask_at_ms     BIGINT       NOT NULL DEFAULT 0 COMMENT 'virtual time: not asked about before',
  created_at    DATETIME(3)  NOT NULL COMMENT 'virtual time',
  updated_at    DATETIME(3)  NOT NULL,
  CONSTRAINT payout_pk PRIMARY KEY (payout_id),
  CONSTRAINT payout_once UNIQUE (batch_id, attempt),
  CONSTRAINT payout_amount CHECK (amount > 0),
  CONSTRAINT payout_state CHECK (state IN ('CREATED', 'APPROVED', 'SENT', 'CONFIRMED', 'PAID', 'RETURNED', 'FAILED', 'CANCELED')),
  INDEX payout_by_state (state, ask_at_ms, payout_id),
  INDEX payout_by_file (file_id, payout_id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS recon_expectation (
  expectation_id CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source_id      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  match_key      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the operation, as the acquirer names it',
  kind           VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id       CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_id     CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NULL,
  amount         BIGINT      NOT NULL COMMENT 'minor units, signed',
  fee            BIGINT      NOT NULL COMMENT 'minor units without VAT, signed',
  vat            BIGINT      NOT NULL,
  currency       CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  due_on         DATE        NULL COMMENT 'null: the calendar of its year is not loaded',
  state          VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  recorded_at    DATETIME(3) NOT NULL COMMENT 'real time',
  CONSTRAINT recon_expectation_pk PRIMARY KEY (expectation_id),
  CONSTRAINT recon_expectation_once UNIQUE (source_id, match_key, kind),
  CONSTRAINT recon_expectation_event UNIQUE (event_id, kind),
  CONSTRAINT recon_expectation_state CHECK (state IN ('OPEN', 'OVERDUE', 'MATCHED', 'BROKEN', 'SETTLED')),
  INDEX recon_expectation_due (state, due_on)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS operator (
  operator_id CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name        VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  role        VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  token_hash  CHAR(64)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 of a token of 256 random bits',
  created_at  DATETIME(3) NOT NULL COMMENT 'real time',
  disabled_at DATETIME(3) NULL,
  CONSTRAINT operator_pk PRIMARY KEY (operator_id),
  CONSTRAINT operator_name UNIQUE (name),
  CONSTRAINT operator_token UNIQUE (token_hash),
  CONSTRAINT operator_role CHECK (role IN ('viewer', 'operator', 'approver'))
) ENGINE = InnoDB;

-- Each row carries the hash of the one before: a row that was changed, put in or taken out breaks the chain.
CREATE TABLE IF NOT EXISTS audit_log (
  id            BIGINT       NOT NULL COMMENT 'counts from 1, without gaps',
  actor         VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  action        VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject       VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  reason        VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  details       TEXT         CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON',
  at            DATETIME(3)  NOT NULL COMMENT 'real time',
  previous_hash CHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash          CHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  CONSTRAINT audit_log_pk PRIMARY KEY (id),
  CONSTRAINT audit_log_hash UNIQUE (hash),
  INDEX audit_log_by_subject (subject, id)
) ENGINE = InnoDB;

ALTER TABLE ledger_entry
  MODIFY payment_id CHAR(30) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'null: not of one payment; then subject_id says what moved',
  MODIFY entry_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ADD COLUMN IF NOT EXISTS subject_id CHAR(30) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'a batch, a payout';
