/** GET /reconciliation/files: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { reconFileState, reconFileView, sampleReconFile, sourceId } from '../recon-views.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'

/** An id, in base64. */
const CURSOR_LENGTH_MAX = 64

export const reconFilesQuery = onlyThese({
  sourceId: sourceId.optional(),
  state: reconFileState.optional(),
  limit: pageLimit('Files on a page.', '한 페이지의 파일 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type ReconFilesQuery = z.infer<typeof reconFilesQuery>

export const reconFileListView = z.object({ items: z.array(reconFileView), nextCursor }).meta({
  id: 'ReconFileList',
  description: 'A page of files, newest first.',
  'x-description-ko': '파일 목록 한 페이지(최신순).',
})
export type ReconFileListView = z.infer<typeof reconFileListView>

export const contract = defineContract({
  route: 'GET /reconciliation/files',
  tag: 'reconciliation',
  routeClass: 'reads',
  query: reconFilesQuery,
  answers: { 200: reconFileListView },
  refusals: ['VALIDATION_FAILED', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: {
    en: 'A page of files of the acquirer and the bank, newest first',
    ko: '매입사와 은행의 파일 목록(최신순)',
  },
  description: {
    en: 'Settlement files and statements, and how far each is. Nothing of a `REJECTED` one is booked.',
    ko: '정산 파일과 거래명세, 그리고 각각의 진행 상태입니다. `REJECTED` 파일의 내용은 기록되지 않습니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of files.', ko: '파일 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: { items: [sampleReconFile()], nextCursor: null },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/reconciliation/files?sourceId=acquirer&limit=2'`,
})
