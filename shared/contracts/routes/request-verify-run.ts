/** POST /operator/verify-runs: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { operatorWrites } from '../curl.ts'
import { operatorWrite, operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'
import { sampleRun, verifyRunView } from '../verify-run-views.ts'

export const contract = defineContract({
  route: 'POST /operator/verify-runs',
  tag: 'operator',
  operator: 'operator',
  writes: true,
  routeClass: 'mutations',
  body: onlyThese(operatorWrite).meta({ id: 'VerifyRunRequest' }),
  answers: { 200: z.object({ run: verifyRunView }).meta({ id: 'RequestedVerifyRun' }) },
  refusals: ['VERIFY_CONFLICT', ...operatorWriteRefusals],
})

const requested = () =>
  sampleRun({
    state: 'REQUESTED',
    startedAt: null,
    finishedAt: null,
    progress: { decisions: 0, records: 0, payments: 0, lines: 0, answers: 0 },
  })

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Ask for a run of `npm run verify`', ko: '`npm run verify` 실행 요청' },
  description: {
    en: 'The starter of this machine begins a process of its own for it; `GET /operator/verify-runs/last` says how far it has come. One run at a time, whoever asked for it. Where no starter runs the API, as on AWS, it is refused.',
    ko: '이 컴퓨터의 스타터가 검사할 프로세스를 따로 시작합니다. 진행 상황은 `GET /operator/verify-runs/last`에 있습니다. 누가 요청했든 검사는 한 번에 하나입니다. AWS처럼 스타터가 API를 실행하지 않는 곳에서는 거부합니다.',
  },
  requests: {
    example: { summary: { en: 'Before closing a month', ko: '월 마감 전' }, value: { ...sampleWrite } },
  },
  answers: {
    200: {
      words: { en: 'The run, which a process will begin.', ko: '곧 프로세스가 시작할 실행입니다.' },
      examples: { example: { summary: { en: 'Asked for', ko: '요청함' }, value: { run: requested() } } },
    },
  },
  curl: operatorWrites('verify-runs'),
})
