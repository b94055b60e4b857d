/** GET /metrics: what it answers, and what documents say about it. */
import { LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

export const contract = defineContract({
  route: 'GET /metrics',
  tag: 'health',
  answers: { 200: { mediaType: 'text/plain' } },
  refusals: ['INTERNAL_ERROR'],
  offlineOnly: true,
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Counters for Prometheus', ko: 'Prometheus용 지표' },
  description: {
    en: 'Offline only: this route does not exist when deployed.',
    ko: '로컬 실행에서만 제공하며 배포 환경에는 없습니다.',
  },
  answers: {
    200: {
      words: { en: 'Prometheus’s text format.', ko: 'Prometheus 텍스트 형식입니다.' },
      examples: {
        example: {
          summary: { en: 'One counter of many', ko: '여러 지표 중 하나' },
          value: `# HELP http_requests_total Answers by route and status.
# TYPE http_requests_total counter
http_requests_total{route="POST /payments/authorize",status="201"} 1
`,
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/metrics'`,
})
