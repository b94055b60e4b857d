/** The journal for tests, in a list that the test fills. */
import type { Journal, JournalEntry, JournalPosition, Span } from './ports.ts'

/** A captured sale of KRW 10,000 on 2026-11-29, 09:00 in Seoul. */
export const entryOf = (number: number, given: Partial<JournalEntry> = {}): JournalEntry => ({
  entryId: `led_${String(number).padStart(26, '0')}`,
  type: 'capture',
  debitAccount: 'acquirer_receivable',
  creditAccount: 'merchant_payable:shop',
  amountMinor: 10_000,
  currency: 'KRW',
  paymentId: `pay_${String(number).padStart(26, '0')}`,
  subjectId: null,
  eventId: `evt_${String(number).padStart(26, '0')}`,
  occurredAtMs: Date.UTC(2026, 10, 29),
  recordedAtMs: Date.UTC(2026, 10, 29, 0, 0, 1),
  ...given,
})

export class FakeJournal implements Journal {
  readonly entries: JournalEntry[] = []

  async listEntries({ fromMs, toMs }: Span, limit: number, after?: JournalPosition): Promise<JournalEntry[]> {
    const place = ({ occurredAtMs, entryId }: JournalPosition) => `${String(occurredAtMs).padStart(16, '0')} ${entryId}`
    return this.entries
      .filter(({ occurredAtMs }) => occurredAtMs >= fromMs && occurredAtMs < toMs)
      .filter(entry => after === undefined || place(entry) > place(after))
      .sort((one, other) => (place(one) < place(other) ? -1 : 1))
      .slice(0, limit)
  }
}
