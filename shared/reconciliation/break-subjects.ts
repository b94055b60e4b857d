/** What a break is about, as one word: with the class it is unique, so that nothing opens a break twice. */

/** A line of a file. */
export const subjectOfLine = ({ fileId, lineNo }: { fileId: string; lineNo: number }): string => `${fileId}:${lineNo}`

/** Something that is expected of the acquirer. */
export const subjectOfExpectation = ({ expectationId }: { expectationId: string }): string => expectationId

/** What the acquirer has to pay with one reference. */
export const subjectOfBatch = (batch: { sourceId: string; batchRef: string; currency: string }): string =>
  `${batch.sourceId}:${batch.batchRef}:${batch.currency}`

export const subjectOfPayout = ({ payoutId }: { payoutId: string }): string => payoutId
