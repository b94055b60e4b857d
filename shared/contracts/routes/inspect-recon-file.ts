/** GET /operator/reconciliation/files/{fileId}: what it reads, what it answers, and what documents say about it. */
import { AS_OPERATOR, LOCAL_ORIGIN, newestReconFile } from '../curl.ts'
import { reconFileDetail, reconFilePath } from '../recon-views.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { docs as docsOfFile } from './get-recon-file.ts'

export const contract = defineContract({
  route: 'GET /operator/reconciliation/files/{fileId}',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: reconFilePath,
  answers: { 200: reconFileDetail },
  refusals: ['NOT_FOUND', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  ...docsOfFile(),
  summary: { en: 'A file of the acquirer or the bank, for operators', ko: '매입사나 은행의 파일(운영자용)' },
  description: {
    en: 'As `GET /reconciliation/files/{fileId}`.',
    ko: '`GET /reconciliation/files/{fileId}`와 같습니다.',
  },
  curl: `${newestReconFile()}curl -i "${LOCAL_ORIGIN}/operator/reconciliation/files/$FILE_ID"${AS_OPERATOR}`,
})
