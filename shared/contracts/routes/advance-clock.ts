/** POST /sandbox/clock: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { duration } from '../duration.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

const ADVANCE_DAYS_MAX = 400

export const advanceRequest = onlyThese({
  advance: duration(ADVANCE_DAYS_MAX).meta({
    description:
      'How far to go, as an ISO 8601 duration in weeks, days, hours, minutes and seconds. It is added to what is left of earlier ones; `PT0S` only finishes those.',
    'x-description-ko':
      '앞으로 보낼 기간입니다. 주, 일, 시, 분, 초로 적은 ISO 8601 기간이며 이전 요청에서 남은 만큼에 더해집니다. `PT0S`는 남은 일만 끝냅니다.',
    examples: ['P8D'],
  }),
}).meta({ id: 'ClockRequest' })

const time = z.iso.datetime({ precision: 3 })
const count = z.int().min(0)

const arrived = {
  now: time.meta({ description: 'Virtual time.', 'x-description-ko': '가상 시각입니다.' }),
  offsetMs: count.meta({
    description: 'How far virtual time is ahead of real time.',
    'x-description-ko': '가상 시각이 실제 시각보다 앞선 만큼입니다.',
  }),
  expired: count.meta({
    description: 'Holds that this call let go.',
    'x-description-ko': '이 요청이 만료시킨 승인 수입니다.',
  }),
  resolved: count.meta({
    description: 'Operations whose outcome this call found out.',
    'x-description-ko': '이 요청이 결과를 확인한 작업 수입니다.',
  }),
  pruned: count.meta({
    description: 'Stored answers that this call deleted.',
    'x-description-ko': '이 요청이 정리한 저장된 응답 수입니다.',
  }),
  settled: count.meta({
    description: 'Batches, payouts and payout files that this call brought a step further.',
    'x-description-ko': '이 요청이 한 단계 진행한 정산 배치, 지급, 지급 파일 수입니다.',
  }),
}

export const clockArrived = z.object(arrived).meta({ id: 'ClockArrived' })

export const clockUnderWay = z
  .object({
    ...arrived,
    target: time.meta({ description: 'Where virtual time is to go.', 'x-description-ko': '가상 시각의 목표입니다.' }),
    left: z
      .object({ expiries: count, inquiries: count, answers: count, settlements: count })
      .meta({ description: 'What falls due until then.', 'x-description-ko': '그때까지 처리할 일입니다.' }),
  })
  .meta({ id: 'ClockUnderWay' })

export const contract = defineContract({
  route: 'POST /sandbox/clock',
  tag: 'sandbox',
  body: advanceRequest,
  answers: { 200: clockArrived, 202: clockUnderWay },
  refusals: [
    'VALIDATION_FAILED',
    'NOT_FOUND',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'INTERNAL_ERROR',
    'SERVICE_UNAVAILABLE',
  ],
  offlineOnly: true,
})

const sampleCounts = { expired: 2, resolved: 0, pruned: 0, settled: 0 }

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Move the virtual clock forward', ko: '가상 시계를 앞으로 보냅니다' },
  description: {
    en: `Offline only. Virtual time decides until when a hold may be captured and a key gets its stored answer; leases and time-outs go by real time. The clock goes from due time to due time, and what falls due is done at the next whole minute, as the jobs would. After the answer every process goes by the new time.

Not idempotent: each call adds its own advance. After a 503, \`PT0S\` says where the clock stands and goes on.`,
    ko: `로컬 전용입니다. 매입 기한과 키의 저장된 응답이 유지되는 기간은 가상 시각을 따르고, 리스와 시간 제한은 실제 시각을 따릅니다. 시계는 기한에서 기한으로 나아가며, 때가 된 일은 정기 작업처럼 다음 분이 시작될 때 처리합니다. 응답한 뒤에는 모든 프로세스가 새 시각을 따릅니다.

멱등하지 않습니다. 요청마다 기간이 더해집니다. 503을 받으면 \`PT0S\`로 현재 위치를 확인하고 이어 가세요.`,
  },
  requests: {
    past_the_hold: {
      summary: { en: 'Past the limit of a hold', ko: '매입 기한이 지나도록' },
      value: { advance: 'P8D' },
    },
    go_on: { summary: { en: 'Only what is left', ko: '남은 일만' }, value: { advance: 'PT0S' } },
  },
  answers: {
    200: {
      words: { en: 'All that fell due is done.', ko: '때가 된 일을 모두 처리했습니다.' },
      examples: {
        example: {
          summary: { en: 'Two holds ran out', ko: '승인 두 건 만료' },
          value: { now: '2026-11-30T15:21:05.789Z', offsetMs: 691_200_000, ...sampleCounts },
        },
      },
    },
    202: {
      words: {
        en: 'Not there after 8 seconds. Call again with `PT0S` to go on.',
        ko: '8초 안에 도달하지 못했습니다. `PT0S`로 다시 호출하면 이어 갑니다.',
      },
      examples: {
        example: {
          summary: { en: 'Many holds run out', ko: '만료할 승인이 많음' },
          value: {
            now: '2026-11-29T15:22:00.120Z',
            offsetMs: 604_854_331,
            ...sampleCounts,
            target: '2026-11-30T15:21:05.789Z',
            left: { expiries: 7_204, inquiries: 0, answers: 0, settlements: 0 },
          },
        },
      },
    },
  },
  curl: `curl -i -X POST '${LOCAL_ORIGIN}/sandbox/clock' \\
  -H 'content-type: application/json' \\
  -d '{"advance":"PT1M"}'`,
})
