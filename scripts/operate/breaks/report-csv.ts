/** The report of open breaks as a table: heads, and a row for each. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { BreakClass, BreakState } from '../../../shared/contracts/lists.ts'
import { type AgeBucket, bucketOf } from '../../../shared/domain/break-age.ts'
import type { ReconBreak } from '../../../shared/reconciliation/ports.ts'
import { guarded, majorUnits } from '../csv.ts'

export const reportHeads: Record<Language, readonly string[]> = {
  en: [
    ...['break', 'class', 'meaning', 'state', 'source', 'about', 'opened on', 'business days', 'age', 'for whom'],
    ...['assignee', 'currency', 'booked', 'remaining', 'expected', 'found'],
  ],
  ko: [
    ...['불일치', '구분', '의미', '상태', '출처', '대상', '발생일', '영업일', '경과', '보고 대상'],
    ...['담당자', '통화', '최초 금액', '잔액', '예상', '실제'],
  ],
}

const classWords: Record<Language, Record<BreakClass, string>> = {
  en: {
    DUPLICATE: 'settled twice',
    MISSING_HERE: 'unknown here',
    STATUS: 'pending, declined or failed here',
    CURRENCY: 'another currency',
    AMOUNT_OVER: 'more than expected',
    AMOUNT_UNDER: 'less than expected',
    FEE: 'another fee or VAT',
    DATE: 'on another day',
    MISSING_THERE: 'did not come',
    AMENDED: 'changed by a later file',
    OVER_DISPUTED: 'charged back beyond what was captured',
  },
  ko: {
    ...{ DUPLICATE: '중복 정산', MISSING_HERE: '내부 기록 없음', STATUS: '내부에서는 미확정·거절·실패' },
    ...{ CURRENCY: '통화 다름', AMOUNT_OVER: '금액 초과', AMOUNT_UNDER: '금액 부족', FEE: '수수료·부가세 다름' },
    ...{ DATE: '날짜 다름', MISSING_THERE: '들어오지 않음', AMENDED: '이후 파일에서 변경' },
    OVER_DISPUTED: '매입액을 넘는 차지백',
  },
}

const stateWords: Record<Language, Record<BreakState, string>> = {
  en: { OPEN: 'open', ASSIGNED: 'assigned', PROPOSED: 'proposed', RESOLVED: 'resolved', WRITTEN_OFF: 'written off' },
  ko: { OPEN: '미처리', ASSIGNED: '담당 지정', PROPOSED: '승인 대기', RESOLVED: '해결', WRITTEN_OFF: '손익 처리' },
}

const escalationWords: Record<Language, Record<AgeBucket['escalation'], string>> = {
  en: { none: '', operator: 'operator', lead: 'lead', finance: 'head of finance' },
  ko: { none: '', operator: '담당자', lead: '팀장', finance: '재무 책임자' },
}

/** Amounts are in the currency's own unit. */
export function breakCells(of: ReconBreak, businessDays: number, language: Language): string[] {
  const { breakId, class: name, state, sourceId, subject, openedOn, assignee, currency } = of
  const bucket = bucketOf(businessDays)
  const words = [breakId, name, classWords[language][name], stateWords[language][state], sourceId, subject, openedOn]
  const age = [String(businessDays), bucket.name, escalationWords[language][bucket.escalation]]
  const amounts = [of.bookedMinor, of.remainingMinor].map(amountMinor => majorUnits(BigInt(amountMinor), currency))
  return [...[...words, ...age, assignee ?? '', currency].map(guarded), ...amounts, ...foundCells(of)]
}

/** What differs first, as the class names it. */
function foundCells({ differences, currency }: ReconBreak): [expected: string, found: string] {
  const { amount, fee, vat, day, status } = differences
  const money = amount ?? fee ?? vat
  if (differences.currency !== undefined)
    return [guarded(differences.currency.expected), guarded(differences.currency.found)]
  if (money !== undefined)
    return [majorUnits(BigInt(money.expected), currency), majorUnits(BigInt(money.found), currency)]
  if (day !== undefined) return [day.expected, day.found]
  return [guarded(status ?? ''), '']
}
