/** GET /health/live: what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

export const livenessView = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' })

export const contract = defineContract({
  route: 'GET /health/live',
  tag: 'health',
  answers: { 200: livenessView },
  refusals: ['INTERNAL_ERROR'],
  open: true,
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'The process answers', ko: '프로세스가 응답하는지' },
  description: {
    en: 'Asks no dependency. The only route without an authorizer when deployed.',
    ko: '의존 서비스를 확인하지 않습니다. 배포 환경에서 인증 없이 열려 있는 유일한 경로입니다.',
  },
  answers: {
    200: {
      words: { en: 'It answers.', ko: '응답합니다.' },
      examples: { example: { summary: { en: 'Alive', ko: '동작 중' }, value: { status: 'ok' } } },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/health/live'`,
})
