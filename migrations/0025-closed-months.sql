-- 0025: months of the books that are closed, with what each account was debited and credited in them.
-- Why:   what finance has reported must not change, and a late entry must not be lost: it is of the next month that is open. Entries say
--        when they were recorded, so a moment for each month decides, and no entry is changed or refused for it.
-- Order: before `npm run books -- close`. Functions do not know the tables, and book as before.
-- Undo:  forward only. Rows are never changed or deleted: what is wrong in a closed month is corrected in a later one.
CREATE TABLE IF NOT EXISTS closed_month (
  month       CHAR(7)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'YYYY-MM, of days in Seoul',
  known_until DATETIME(3)  NOT NULL COMMENT 'real time: entries that were recorded from this on are of a later month',
  entry_count BIGINT       NOT NULL,
  open_breaks INT          NOT NULL COMMENT 'that were open when it was closed',
  closed_by   VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  reason      VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  closed_at   DATETIME(3)  NOT NULL COMMENT 'real time',
  CONSTRAINT closed_month_pk PRIMARY KEY (month),
  CONSTRAINT closed_month_known UNIQUE (known_until),
  CONSTRAINT closed_month_known_before CHECK (known_until < closed_at)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS closed_month_account (
  month    CHAR(7)       CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  account  VARCHAR(64)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency CHAR(3)       CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  debits   DECIMAL(30,0) NOT NULL COMMENT 'minor units; may be more than a BIGINT holds',
  credits  DECIMAL(30,0) NOT NULL,
  CONSTRAINT closed_month_account_pk PRIMARY KEY (month, account, currency)
) ENGINE = InnoDB;
