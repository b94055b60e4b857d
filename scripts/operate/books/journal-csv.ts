/** The journal as a table: heads, a row for each entry, and the totals of the accounts. */
import type { AccountTotal, JournalEntry } from '../../../shared/books/ports.ts'
import type { Language } from '../../../shared/contracts/errors.ts'
import { wallTextOf } from '../../../shared/domain/business-days.ts'
import { guarded, majorUnits } from '../csv.ts'

export const journalHeads: Record<Language, readonly string[]> = {
  en: [
    ...['entry', 'date', 'time', 'recorded', 'type', 'debit account', 'credit account', 'amount', 'currency'],
    ...['payment', 'subject', 'event'],
  ],
  ko: [
    ...['분개 번호', '거래일', '거래 시각', '기록 시각', '구분', '차변 계정', '대변 계정', '금액', '통화'],
    ...['결제', '대상', '이벤트'],
  ],
}

const words: Record<Language, { total: string; debits: string; credits: string }> = {
  en: { total: 'total', debits: 'all debits', credits: 'all credits' },
  ko: { total: '합계', debits: '차변 합계', credits: '대변 합계' },
}

export function entryCells(entry: JournalEntry, timezone: string): string[] {
  const { entryId, type, debitAccount, creditAccount, amountMinor, currency, paymentId, subjectId, eventId } = entry
  const [date, time] = wallTextOf(entry.occurredAtMs, timezone).split(' ')
  const recorded = wallTextOf(entry.recordedAtMs, timezone)
  const names = [debitAccount, creditAccount].map(guarded)
  const amount = majorUnits(BigInt(amountMinor), currency)
  return [entryId, date!, time!, recorded, type, ...names, amount, currency, paymentId ?? '', subjectId ?? '', eventId]
}

/** What each account was debited and credited, a row each; then both sums of the currency, which are the same. */
export function totalRows(
  totals: readonly AccountTotal[],
  sums: readonly AccountTotal[],
  language: Language,
): string[][] {
  const { total, debits, credits } = words[language]
  const row = (debit: string, credit: string, amountMinor: bigint, currency: string): string[] => [
    ...['', '', '', '', total, guarded(debit), guarded(credit), majorUnits(amountMinor, currency), currency],
    ...['', '', ''],
  ]
  return [
    ...totals.flatMap(({ account, currency, debitsMinor, creditsMinor }) => [
      ...(debitsMinor === 0n ? [] : [row(account, '', debitsMinor, currency)]),
      ...(creditsMinor === 0n ? [] : [row('', account, creditsMinor, currency)]),
    ]),
    ...sums.flatMap(({ currency, debitsMinor, creditsMinor }) => [
      row(debits, '', debitsMinor, currency),
      row('', credits, creditsMinor, currency),
    ]),
  ]
}
