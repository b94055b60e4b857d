/** A sample of the crash matrix: a process is killed at each point, another goes on, and the payment is right. test/full has all of it. */
import { jest } from '@jest/globals'
import { apiSample, sample } from '../support/crash/cells.ts'
import { describeMatrix } from '../support/crash/describe-matrix.ts'

jest.setTimeout(600_000)

describeMatrix('crash-sample', { cells: sample, api: apiSample })
