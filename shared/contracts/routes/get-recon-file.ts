/** GET /reconciliation/files/{fileId}: what it reads, what it answers, and what documents say about it. */
import { LOCAL_ORIGIN, newestReconFile } from '../curl.ts'
import { reconFileDetail, reconFilePath, sampleReconFileDetail } from '../recon-views.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'

export const contract = defineContract({
  route: 'GET /reconciliation/files/{fileId}',
  tag: 'reconciliation',
  routeClass: 'reads',
  path: reconFilePath,
  answers: { 200: reconFileDetail },
  refusals: ['NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A file of the acquirer or the bank', ko: '매입사나 은행의 파일' },
  description: {
    en: 'With what it says of itself: its lines must add up to that, or it is rejected whole.',
    ko: '파일이 스스로 밝힌 합계가 함께 있습니다. 줄의 합이 다르면 파일 전체를 거부합니다.',
  },
  answers: {
    200: {
      words: { en: 'The file.', ko: '파일입니다.' },
      examples: {
        example: { summary: { en: 'It is matched', ko: '대사를 마침' }, value: sampleReconFileDetail() },
      },
    },
  },
  curl: `${newestReconFile()}curl -i "${LOCAL_ORIGIN}/reconciliation/files/$FILE_ID"`,
})
