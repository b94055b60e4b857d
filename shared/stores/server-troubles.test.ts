/** A server that is up and refuses is a 503 with a word for operators; an error that is ours stays one. */
import { describe, expect, test } from '@jest/globals'
import { DependencyUnavailableError } from '../payments/ports.ts'
import { isAway, translate } from './mysql-errors.ts'
import { troubleOf } from './server-troubles.ts'

const serverError = (errno: number, message = 'in the words of the server') =>
  Object.assign(new Error(message), { errno, code: 'ER_SOMETHING' })

describe('an error of a server that is up', () => {
  test.each([1040, 1044, 1045, 1049, 1129, 1130, 1135, 1142, 1146, 1203, 1226, 1227, 1290, 1836, 4151])(
    '%i is somebody to change something: away, and a problem of the kind database_refuses',
    errno => {
      const error = serverError(errno, "Access denied for user 'pay'@'10.0.0.1' (using password: YES)")
      expect(isAway(error)).toBe(true)
      expect(translate(error)).toBeInstanceOf(DependencyUnavailableError)
      expect(troubleOf(error)?.kind).toBe('database_refuses')
      expect(troubleOf(error)?.message).toMatch(new RegExp(`^MariaDB: [^@]+ \\(${errno}\\)$`))
    },
  )

  test.each([1053, 1317, 1927, 1969, 3024])('%i passes by itself: away, and no problem', errno => {
    expect(translate(serverError(errno))).toBeInstanceOf(DependencyUnavailableError)
    expect(troubleOf(serverError(errno))).toBeUndefined()
  })

  test.each([1205, 1213, 3572])('%i, where no transaction can run again: away; otherwise it runs again', errno => {
    expect(translate(serverError(errno))).toBeInstanceOf(DependencyUnavailableError)
    expect(isAway(serverError(errno))).toBe(false)
  })

  test.each([
    [1021, 'Disk full (/tmp/x); waiting for someone to free some space...'],
    [1114, "The table 'payment' is full"],
    [1030, 'Got error 28 "No space left on device" from storage engine InnoDB'],
    [3, 'Error writing file \'/x\' (Errcode: 28 "No space left on device")'],
    [1180, 'Got error 28 "No space left on device" during COMMIT'],
    [20, 'Disk full (./ib); waiting for someone to free some space...'],
  ])('%i is a full disk: %s', (errno, message) => {
    expect(translate(serverError(errno, message))).toBeInstanceOf(DependencyUnavailableError)
    expect(troubleOf(serverError(errno, message))).toEqual({
      kind: 'disk_full',
      message: `MariaDB has no room to write: its disk is full (${errno})`,
    })
  })

  test('another failure of the storage engine is no full disk', () => {
    expect(troubleOf(serverError(1030, 'Got error 168 from storage engine'))?.kind).toBe('database_refuses')
  })

  test.each([1054, 1064, 1136, 1366, 9999])('%i is not in the tables: a bug stays what it is', errno => {
    const error = serverError(errno, 'Incorrect string value: error 28')
    expect(translate(error)).toBe(error)
    expect(troubleOf(error)).toBeUndefined()
  })
})
