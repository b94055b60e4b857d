/** GET /operator/verify-runs/last: what it answers, and what documents say about it. */
import { LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { sampleRule, sampleRun, verifyRunsView } from '../verify-run-views.ts'

export const contract = defineContract({
  route: 'GET /operator/verify-runs/last',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  answers: { 200: verifyRunsView },
  refusals: ['UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

const figures = () => ({
  payments: 1_720,
  outboxRows: 3_440,
  distinctEvents: 3_440,
  kafkaRecords: 3_441,
  duplicates: 1,
  acquirerDecisions: 3_440,
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'What `npm run verify` found last', ko: '마지막 `npm run verify`의 결과' },
  description: {
    en: 'Every invariant over all of database, Kafka and the acquirer’s journal, as the newest run found them that was kept, and how far a run has come that is going on. `GET /invariants` says what the job of each minute found, of the rules that one payment can answer.',
    ko: '보관된 가장 최근 실행이 데이터베이스와 Kafka, 매입사 기록 전체를 모든 불변식으로 검사한 결과와, 진행 중인 실행의 진행 상황입니다. 매분 도는 정기 작업이 결제 하나로 판단할 수 있는 규칙에서 찾은 결과는 `GET /invariants`에 있습니다.',
  },
  answers: {
    200: {
      words: { en: 'The newest run and the last result.', ko: '가장 최근 실행과 마지막 결과입니다.' },
      examples: {
        broken: {
          summary: { en: 'A payment and the ledger disagree', ko: '결제와 원장이 다름' },
          value: {
            newest: sampleRun(),
            lastResult: { run: sampleRun(), figures: figures(), acquirerSkipped: null, rules: [sampleRule()] },
            canRunNow: true,
          },
        },
        never: {
          summary: { en: 'No run was kept yet', ko: '아직 보관된 실행이 없음' },
          value: { newest: null, lastResult: null, canRunNow: false },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/verify-runs/last' -b console.cookies -H "x-console-secret: $SECRET"`,
})
