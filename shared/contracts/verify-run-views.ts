/** Runs of `npm run verify` as the console reads them. */
import * as z from 'zod'
import { ulidWith } from './identifiers.ts'
import { verifyRunStates } from './lists.ts'
import { time } from './payment.ts'
import { SAMPLE_PAYMENT_ID, sampleTime } from './sample-purchase.ts'

const count = z.int().min(0)

export const verifyRunView = z
  .object({
    runId: ulidWith('vrf'),
    state: z.enum(verifyRunStates).meta({
      description:
        '`REQUESTED`: no process has begun it yet. `FAILED`: it came to no result, which says nothing of the books.',
      'x-description-ko':
        '`REQUESTED`: 아직 시작한 프로세스가 없습니다. `FAILED`: 결과를 내지 못했습니다. 장부가 틀렸다는 뜻이 아닙니다.',
    }),
    askedBy: z.string().meta({
      description: 'An operator, or the login of the database under which the command was typed.',
      'x-description-ko': '운영자, 또는 명령을 실행한 데이터베이스 로그인입니다.',
    }),
    askedAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    progress: z.object({ decisions: count, records: count, payments: count, lines: count, answers: count }).meta({
      id: 'VerifyProgress',
      description: 'How many were read: of the acquirer’s journal, Kafka, payments, lines of files, stored answers.',
      'x-description-ko': '읽은 수: 매입사 기록, Kafka 레코드, 결제, 파일의 줄, 저장된 응답.',
    }),
    problem: z.string().nullable().meta({
      description: 'Why it came to no result; null: it has not failed, or its process ended without a word.',
      'x-description-ko': '결과를 내지 못한 까닭. 실패하지 않았거나 프로세스가 말없이 끝났으면 null입니다.',
    }),
  })
  .meta({
    id: 'VerifyRun',
    description: 'A run of `npm run verify` that is kept.',
    'x-description-ko': '보관된 `npm run verify` 실행.',
  })
export type VerifyRunView = z.infer<typeof verifyRunView>

const verifiedRule = z
  .object({
    name: z.string(),
    group: z.string(),
    sentence: z.string(),
    checked: count,
    failed: count,
    pending: count.meta({
      description: 'May still become right by itself: younger than a minute.',
      'x-description-ko': '1분이 지나지 않아 저절로 맞을 수 있는 행.',
    }),
    rows: z.array(z.object({ row: z.string(), problem: z.string() }).meta({ id: 'VerifiedRow' })).meta({
      description: 'The first failures, else what is pending; at most 10.',
      'x-description-ko': '실패 중 처음 것들(최대 10개). 실패가 없으면 대기 중인 행입니다.',
    }),
  })
  .meta({
    id: 'VerifiedRule',
    description: 'A sentence that must be true of all books, and what the run found.',
    'x-description-ko': '모든 장부에서 참이어야 하는 문장과 검사 결과.',
  })

export const verifyResultView = z
  .object({
    run: verifyRunView,
    figures: z
      .object({
        payments: count,
        outboxRows: count,
        distinctEvents: count,
        kafkaRecords: count,
        duplicates: count,
        acquirerDecisions: count.nullable(),
      })
      .meta({
        id: 'VerifyFigures',
        description: 'How much the run looked at.',
        'x-description-ko': '검사한 양.',
      }),
    acquirerSkipped: z.string().nullable().meta({
      description: 'Why the acquirer’s invariants were left out; null: they were judged.',
      'x-description-ko': '매입사 불변식을 검사하지 못한 까닭. 검사했으면 null입니다.',
    }),
    rules: z.array(verifiedRule),
  })
  .meta({ id: 'VerifyResult', description: 'What a run found.', 'x-description-ko': '검사 결과.' })
export type VerifyResultView = z.infer<typeof verifyResultView>

export const verifyRunsView = z
  .object({
    newest: verifyRunView.nullable().meta({
      description: 'The newest run, whatever became of it; null: there is none.',
      'x-description-ko': '가장 최근의 실행. 없으면 null입니다.',
    }),
    lastResult: verifyResultView.nullable().meta({
      description: 'What the newest run found that came to a result.',
      'x-description-ko': '결과를 낸 가장 최근 실행의 결과입니다.',
    }),
    canRunNow: z.boolean().meta({
      description: 'Whether a starter is here that carries out what is asked for. Else: `npm run verify -- --save`.',
      'x-description-ko': '요청한 검사를 실행할 스타터가 있는지 여부. 없으면 `npm run verify -- --save`로 검사합니다.',
    }),
  })
  .meta({ id: 'VerifyRuns' })
export type VerifyRunsView = z.infer<typeof verifyRunsView>

export const sampleRun = (given: Partial<VerifyRunView> = {}): VerifyRunView => ({
  runId: 'vrf_01M81Y5M2N7C4X9QK8R3HW6B1D',
  state: 'DONE',
  askedBy: 'demo-operator',
  askedAt: sampleTime(4, '00.101'),
  startedAt: sampleTime(4, '01.284'),
  finishedAt: sampleTime(4, '02.907'),
  progress: { decisions: 3_440, records: 3_441, payments: 1_000, lines: 0, answers: 3_000 },
  problem: null,
  ...given,
})

export const sampleRule = (given: Partial<VerifyResultView['rules'][number]> = {}) => ({
  name: 'captured-in-ledger',
  group: 'Ledger',
  sentence: 'The capture entries of a payment add up to its captured amount.',
  checked: 1_720,
  failed: 1,
  pending: 0,
  rows: [{ row: SAMPLE_PAYMENT_ID, problem: 'capture entries is 1549999, expected 1550000' }],
  ...given,
})
