/** Answers that many reads share: a page that goes on from a cursor, and one thing that may not be there. */
import { problemTexts } from '../contracts/problem-texts.ts'
import { type ApiError, notFound, validationFailed } from './api-error.ts'

/** `placeOf` is undefined for a cursor that is not one of ours, which is a 400. `read` is given no place where there is no cursor. */
export async function pageFrom<Place, Body>(
  cursor: string | undefined,
  placeOf: (cursor: string) => Place | undefined,
  read: (place: Place | undefined) => Promise<Body>,
): Promise<{ status: 200; body: Body } | ApiError<'VALIDATION_FAILED'>> {
  const place = cursor === undefined ? undefined : placeOf(cursor)
  if (cursor !== undefined && place === undefined)
    return validationFailed([{ path: '/cursor', message: problemTexts.notOurCursor }])
  return { status: 200, body: await read(place) }
}

/** As `pageFrom`, of something that may not be there: 404 when `read` finds nothing. */
export async function foundPageFrom<Place, Body>(
  cursor: string | undefined,
  placeOf: (cursor: string) => Place | undefined,
  read: (place: Place | undefined) => Promise<Body | undefined>,
) {
  const page = await pageFrom(cursor, placeOf, read)
  return 'status' in page ? foundOr404(page.body) : page
}

/** 404 for what is undefined. */
export const foundOr404 = <Body>(body: Body | undefined): { status: 200; body: Body } | ApiError<'NOT_FOUND'> =>
  body === undefined ? notFound() : { status: 200, body }
