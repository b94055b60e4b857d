/** The whole crash matrix: every point × every operation × who finishes what the killed process has left. */
import { jest } from '@jest/globals'
import { apiCells, matrix } from '../support/crash/cells.ts'
import { describeMatrix } from '../support/crash/describe-matrix.ts'

jest.setTimeout(1_800_000)

describeMatrix('crash-matrix', { cells: matrix, api: apiCells })
