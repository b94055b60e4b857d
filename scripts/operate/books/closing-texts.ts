/** What `npm run books -- close` says: why a month is not closed and what to do, or what was closed. */
import { balancesOf, type Closing, type WhyNotClosed } from '../../../shared/books/close-month.ts'
import { BOOKS_TIMEZONE } from '../../../shared/books/month-entries.ts'
import type { Language } from '../../../shared/contracts/errors.ts'
import { wallTextOf } from '../../../shared/domain/business-days.ts'
import { majorUnits } from '../csv.ts'

type Texts = { [Reason in WhyNotClosed['reason']]: (why: Extract<WhyNotClosed, { reason: Reason }>) => string }

/** To the minute, in Seoul: what is behind it is said by the audit log. */
const timeText = (atMs: number): string => wallTextOf(atMs, BOOKS_TIMEZONE).slice(0, 16)

const secondsOf = (ms: number): number => Math.ceil(ms / 1_000)
const some = (named: readonly string[]): string => named.join(', ')

const notChecked: Record<Language, Record<'no_pass' | 'failed' | 'too_old', string>> = {
  en: {
    no_pass: 'check-invariants has not judged all payments yet. Does it run? GET /invariants says how far it is',
    failed: 'an invariant is broken. `npm run verify` names the rows, and the runbook says where to look',
    too_old:
      'check-invariants has not judged all payments since its last entry. Wait for a pass that begins from now on: GET /invariants, lastPass',
  },
  ko: {
    no_pass: 'check-invariants가 아직 모든 결제를 검사하지 못했습니다. 실행되고 있는지 GET /invariants로 확인하세요',
    failed: '깨진 불변식이 있습니다. `npm run verify`로 행을 찾고 런북을 따르세요',
    too_old:
      '마지막 분개 뒤로 check-invariants가 모든 결제를 검사하지 않았습니다. 지금부터 시작하는 회차가 끝나기를 기다리세요(GET /invariants의 lastPass)',
  },
}

const texts: Record<Language, Texts> = {
  en: {
    no_entries: () => 'nothing happened up to its end, so that there is nothing to close',
    closed: () => 'it is closed already. `npm run books -- months` says by whom',
    passed: ({ firstMonth }) =>
      `it lies before ${firstMonth}, the first month that was closed. What is still recorded of it is of the month that is open`,
    earlier_first: ({ earlier }) => `close ${earlier} first: months are closed one after another`,
    not_over: ({ fromMs }) => `it can be closed from ${timeText(fromMs)} on (${BOOKS_TIMEZONE}), a day after its end`,
    events_wait: ({ named }) =>
      `events of it wait in the outbox: ${some(named)}. \`npm run outbox\` says why; close it when they are published`,
    events_unread: ({ named }) =>
      `a consumer has not read events of it: ${some(named)}. Do record-ledger and expect-settlement run (npm run status)? See the dead letters, too (npm run dlq)`,
    files_wait: ({ named }) =>
      `files of its days are not matched yet: ${some(named)}. match-files does it within minutes; \`npm run recon -- files\` says how far it is`,
    too_soon: ({ waitMs }) =>
      `entries of it were recorded in the last minute, and others may still come. Try again in ${secondsOf(waitMs)} s`,
    not_checked: ({ found }) => notChecked.en[found],
  },
  ko: {
    no_entries: () => '이 달 말까지 분개가 없어 마감할 것이 없습니다',
    closed: () => '이미 마감되었습니다. 누가 마감했는지는 `npm run books -- months`로 확인하세요',
    passed: ({ firstMonth }) =>
      `처음 마감한 달인 ${firstMonth}보다 앞선 달입니다. 이제 기록되는 분개는 열려 있는 달에 들어갑니다`,
    earlier_first: ({ earlier }) => `${earlier}을 먼저 마감하세요. 마감은 달의 차례를 따릅니다`,
    not_over: ({ fromMs }) => `달이 끝나고 하루 뒤인 ${timeText(fromMs)}(${BOOKS_TIMEZONE})부터 마감할 수 있습니다`,
    events_wait: ({ named }) =>
      `이 달의 이벤트가 아웃박스에 남아 있습니다: ${some(named)}. \`npm run outbox\`로 까닭을 확인하고, 발행된 뒤에 마감하세요`,
    events_unread: ({ named }) =>
      `컨슈머가 이 달의 이벤트를 아직 읽지 않았습니다: ${some(named)}. record-ledger와 expect-settlement가 실행되는지(npm run status), 데드 레터가 있는지(npm run dlq) 확인하세요`,
    files_wait: ({ named }) =>
      `이 달의 파일이 아직 대사되지 않았습니다: ${some(named)}. match-files가 몇 분 안에 처리합니다. 진행은 \`npm run recon -- files\`로 확인하세요`,
    too_soon: ({ waitMs }) =>
      `1분 안에 기록된 이 달의 분개가 있어 더 들어올 수 있습니다. ${secondsOf(waitMs)}초 뒤에 다시 하세요`,
    not_checked: ({ found }) => notChecked.ko[found],
  },
}

/** One sentence, with what to do. */
export function refusalLine(month: string, why: WhyNotClosed, language: Language): string {
  // Each text is of its own reason, which the compiler does not follow.
  const text = texts[language][why.reason] as (why: WhyNotClosed) => string
  const start = { en: `${month} was not closed: `, ko: `${month}을 마감하지 않았습니다: ` }[language]
  return `${start}${text(why)}.`
}

/** What was closed, how many breaks are open, and what of its entries is not explained. */
export function closedLines({ closed, totals }: Extract<Closing, { kind: 'closed' }>, language: Language): string[] {
  const { month, entryCount, openBreaks, knownUntilMs } = closed
  const held = balancesOf('recon_suspense', totals.list())
  const sums = held.map(({ currency, balanceMinor }) => `${majorUnits(balanceMinor, currency)} ${currency}`)
  const until = `${timeText(knownUntilMs)} (${BOOKS_TIMEZONE})`
  if (language === 'ko')
    return [
      `${month}을 마감했습니다. 분개 ${entryCount}건, ${until}까지 기록된 것입니다.`,
      ...(openBreaks === 0 ? [] : [`열려 있는 불일치가 ${openBreaks}건입니다(npm run breaks).`]),
      ...(sums.length === 0 ? [] : [`이 달 recon_suspense의 증감: ${sums.join(', ')}.`]),
    ]
  return [
    `${month} is closed: ${entryCount} entries, recorded until ${until}.`,
    ...(openBreaks === 0 ? [] : [`${openBreaks} breaks are open (npm run breaks).`]),
    ...(sums.length === 0 ? [] : [`In the month recon_suspense moved by ${sums.join(', ')}.`]),
  ]
}
