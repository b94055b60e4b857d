/** GET /operator/reconciliation/files: what it reads, what it answers, and what documents say about it. */
import { AS_OPERATOR, LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { docs as docsOfList, reconFileListView, reconFilesQuery } from './list-recon-files.ts'

export const contract = defineContract({
  route: 'GET /operator/reconciliation/files',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: reconFilesQuery,
  answers: { 200: reconFileListView },
  refusals: ['VALIDATION_FAILED', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  ...docsOfList(),
  summary: { en: 'Files of the acquirer and the bank, for operators', ko: '매입사와 은행의 파일 목록(운영자용)' },
  description: { en: 'As `GET /reconciliation/files`.', ko: '`GET /reconciliation/files`와 같습니다.' },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/reconciliation/files?limit=2'${AS_OPERATOR}`,
})
