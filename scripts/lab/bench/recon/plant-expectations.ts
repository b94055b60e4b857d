/** What the books expect of the lines of a generated settlement file. */
import mysql from 'mysql2/promise'

const ROWS_A_STATEMENT = 5_000
/** One line in so many differs from what is expected. */
export const DIFFERS_EVERY = 100

/** `operationOf`: what the file calls the operation of a line. Each line says 10,000 with a fee of 150 and VAT of 15. */
export async function plantExpectations(
  databaseUrl: string,
  lines: number,
  operationOf: (line: number) => string,
): Promise<void> {
  const connection = await mysql.createConnection({ uri: databaseUrl, timezone: 'Z' })
  const rowOf = (line: number) => {
    const number = String(line).padStart(26, '0')
    const amount = line % DIFFERS_EVERY === 0 ? 10_100 : 10_000
    const ids = [`exp_${number}`, 'acquirer', operationOf(line), 'capture', `evt_${number}`, `pay_${number}`]
    return [...ids, amount, 150, 15, 'KRW', '2026-12-01', 'OPEN', new Date()]
  }
  try {
    for (let first = 1; first <= lines; first += ROWS_A_STATEMENT) {
      const count = Math.min(ROWS_A_STATEMENT, lines - first + 1)
      const rows = Array.from({ length: count }, (_, index) => rowOf(first + index))
      await connection.query(
        `INSERT INTO recon_expectation (expectation_id, source_id, match_key, kind, event_id, payment_id, amount, fee, vat, currency,
           due_on, state, recorded_at) VALUES ?`,
        [rows],
      )
    }
  } finally {
    await connection.end()
  }
}
