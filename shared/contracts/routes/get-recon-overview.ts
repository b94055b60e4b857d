/** GET /operator/reconciliation: what it answers, and what documents say about it. */
import { reconOverviewView, sampleReconOverview } from '../break-views.ts'
import { AS_OPERATOR, LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'

export const contract = defineContract({
  route: 'GET /operator/reconciliation',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  answers: { 200: reconOverviewView },
  refusals: [...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Open breaks by class and age, and files by state', ko: '구분·경과별 미해결 불일치와 상태별 파일 수' },
  description: {
    en: 'What `npm run breaks` and `npm run recon` begin with. The open breaks are all that recon_suspense holds.',
    ko: '`npm run breaks`와 `npm run recon`이 먼저 보여 주는 내용입니다. 미결산 계정의 잔액은 미해결 불일치의 합과 같습니다.',
  },
  answers: {
    200: {
      words: { en: 'The sums.', ko: '합계입니다.' },
      examples: {
        example: { summary: { en: 'One break is open', ko: '미해결 불일치 1건' }, value: sampleReconOverview() },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/reconciliation'${AS_OPERATOR}`,
})
