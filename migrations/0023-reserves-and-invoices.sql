-- 0023: what is held back of merchants, what they owe us, and bank accounts that wait for an approval.
-- Why:   a refund after the payout makes a balance negative. What was held back covers it first; what stays negative becomes an invoice,
--        which is deducted from later batches. A bank account that one person changes is paid to only after another has approved it.
-- Order: before functions/jobs/close-batches.ts. Older functions close batches as before, by terms whose new columns have their defaults.
-- Undo:  forward only.
ALTER TABLE settlement_terms
  ADD COLUMN IF NOT EXISTS reserve_bp SMALLINT NOT NULL DEFAULT 0 COMMENT 'hundredths of a per cent of what a batch would pay'
    CHECK (reserve_bp BETWEEN 0 AND 9999),
  ADD COLUMN IF NOT EXISTS reserve_days SMALLINT NOT NULL DEFAULT 0 COMMENT 'business days from the end of the period to the release'
    CHECK (reserve_days BETWEEN 0 AND 540),
  ADD COLUMN IF NOT EXISTS invoice_after_days SMALLINT NULL COMMENT 'business days that a balance may stay negative; null: for ever'
    CHECK (invoice_after_days BETWEEN 0 AND 90);

-- What a batch held back. `amount` − `released` − `used` is still held.
CREATE TABLE IF NOT EXISTS reserve_hold (
  hold_id      CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  merchant_id  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency     CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  batch_id     CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'whose net it was held of',
  amount       BIGINT      NOT NULL COMMENT 'minor units',
  released     BIGINT      NOT NULL DEFAULT 0,
  used         BIGINT      NOT NULL DEFAULT 0 COMMENT 'by batches that would have been negative',
  is_open      TINYINT     NOT NULL COMMENT '1: something of it is held',
  period_end   DATE        NOT NULL,
  reserve_days SMALLINT    NOT NULL,
  calendar     VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  timezone     VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  release_on   DATE        NULL COMMENT 'null: the calendar of its year is not loaded',
  event_count  INT         NOT NULL COMMENT 'sequence of its newest event',
  held_at      DATETIME(3) NOT NULL COMMENT 'virtual time',
  CONSTRAINT reserve_hold_pk PRIMARY KEY (hold_id),
  CONSTRAINT reserve_hold_once UNIQUE (batch_id),
  CONSTRAINT reserve_hold_rest CHECK (amount > 0 AND released >= 0 AND used >= 0 AND released + used <= amount),
  CONSTRAINT reserve_hold_open CHECK ((is_open = 1) = (released + used < amount)),
  INDEX reserve_hold_of_account (merchant_id, currency, is_open, hold_id),
  INDEX reserve_hold_due (is_open, timezone, release_on, hold_id)
) ENGINE = InnoDB;

-- An account whose newest batch was negative, and since when its batches have been.
CREATE TABLE IF NOT EXISTS negative_balance (
  merchant_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency    CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  since       DATE        NULL COMMENT 'period end of the first batch; null: not negative any more, or invoiced since',
  CONSTRAINT negative_balance_pk PRIMARY KEY (merchant_id, currency)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS merchant_invoice (
  invoice_id     CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  merchant_id    VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency       CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount         BIGINT      NOT NULL COMMENT 'minor units',
  deducted       BIGINT      NOT NULL DEFAULT 0 COMMENT 'from later batches',
  collected      BIGINT      NOT NULL DEFAULT 0 COMMENT 'by lines of the bank',
  lost           BIGINT      NOT NULL DEFAULT 0,
  remaining      BIGINT      NOT NULL,
  state          VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  negative_since DATE        NOT NULL,
  event_count    INT         NOT NULL COMMENT 'sequence of its newest event',
  invoiced_at    DATETIME(3) NOT NULL COMMENT 'virtual time',
  CONSTRAINT merchant_invoice_pk PRIMARY KEY (invoice_id),
  CONSTRAINT merchant_invoice_state CHECK (state IN ('OPEN', 'PAID', 'LOST')),
  CONSTRAINT merchant_invoice_rest CHECK (amount > 0 AND remaining >= 0 AND remaining = amount - deducted - collected - lost),
  CONSTRAINT merchant_invoice_open CHECK ((state = 'OPEN') = (remaining > 0) AND (state = 'LOST') = (lost > 0)),
  INDEX merchant_invoice_of_account (merchant_id, currency, state, invoice_id)
) ENGINE = InnoDB;

-- A bank account that somebody wants a merchant to be paid to.
CREATE TABLE IF NOT EXISTS account_change (
  change_id     CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  merchant_id   VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency      CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account_token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state         VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked_by      VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  asked_at      DATETIME(3) NOT NULL COMMENT 'virtual time, as the others',
  approved_by   VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  approved_at   DATETIME(3) NULL,
  effective_at  DATETIME(3) NULL COMMENT 'from when on it is in the terms',
  CONSTRAINT account_change_pk PRIMARY KEY (change_id),
  CONSTRAINT account_change_state CHECK (state IN ('ASKED', 'APPROVED', 'CANCELED')),
  CONSTRAINT account_change_approved CHECK ((state = 'APPROVED') = (approved_by IS NOT NULL) AND (approved_by IS NULL) = (effective_at IS NULL)
    AND (approved_by IS NULL OR approved_by <> asked_by)),
  INDEX account_change_of_account (merchant_id, currency, effective_at)
) ENGINE = InnoDB;
