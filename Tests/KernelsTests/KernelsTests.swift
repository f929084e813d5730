import MaskedDiffusion
import Testing

import Kernels

/// Rows with memory of their own.
private final class OwnedRows {
  let rows: Kernels.Rows

  init(_ values: [Float], width: Int) {
    let base = UnsafeMutablePointer<Float>.allocate(capacity: max(values.count, 1))
    base.initialize(repeating: 0, count: max(values.count, 1))
    for (index, value) in values.enumerated() { base[index] = value }
    rows = Kernels.Rows(base, count: width == 0 ? 0 : values.count / width, width: width)
  }

  deinit { rows.base.deallocate() }

  var values: [Float] {
    Array(UnsafeBufferPointer(start: rows.base, count: rows.count * rows.width))
  }
}

private func numbers(_ count: Int, seed: Int = 1) -> [Float] {
  (0..<count).map { Float(($0 * 7919 + seed * 104_729) % 2001 - 1000) / 1000 }
}

private func matrix(_ values: OwnedRows) -> Kernels.Matrix {
  Kernels.Matrix(
    base: values.rows.base, rowCount: values.rows.count, columnCount: values.rows.width,
    format: .f32)
}

private func product(_ x: OwnedRows, _ w: OwnedRows) -> [Float] {
  x.values.indices.lazy.filter { $0 % x.rows.width == 0 }.flatMap { row in
    (0..<w.rows.count).map { n in
      (0..<w.rows.width).reduce(Float(0)) { $0 + x.values[row + $1] * w.rows[n][$1] }
    }
  }
}

private func expectNear(_ a: [Float], _ b: [Float], within tolerance: Float = 1e-4) {
  #expect(a.count == b.count)
  for (a, b) in zip(a, b) { #expect(abs(a - b) <= tolerance * (1 + abs(b))) }
}

@Suite("Kernels")
struct KernelsTests {
  @Test func aProductIsTheSameOnAnyNumberOfThreads() {
    let x = OwnedRows(numbers(30 * 96), width: 96), w = OwnedRows(numbers(70 * 96), width: 96)
    let expected = product(x, w)
    var results: [[Float]] = []
    for threadCount in [1, 2, 3, 7] {
      let kernels = Kernels(threadCount: threadCount)
      let y = OwnedRows(numbers(30 * 70), width: 70)
      let input = Kernels.Input()
      input.set(x.rows)
      kernels.multiply(input, by: matrix(w), into: y.rows)
      results.append(y.values)
    }
    expectNear(results[0], expected)
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test func anInputIsConvertedAgainWhenItIsSetAgain() {
    let kernels = Kernels(threadCount: 2)
    let input = Kernels.Input()
    let w = OwnedRows(numbers(5 * 33), width: 33)
    for rows in [3, 40, 2] {
      let x = OwnedRows(numbers(rows * 33, seed: rows), width: 33)
      let y = OwnedRows(numbers(rows * 5), width: 5)
      input.set(x.rows)
      kernels.multiply(input, by: matrix(w), into: y.rows)
      expectNear(y.values, product(x, w))
    }
  }

  @Test func aResidualIsAddedAndANormApplied() {
    let kernels = Kernels(threadCount: 2)
    let x = OwnedRows(numbers(4 * 64), width: 64), w = OwnedRows(numbers(9 * 64), width: 64)
    let normalized = OwnedRows(x.values, width: 64), y = OwnedRows(numbers(4 * 9), width: 9)
    let norm = Kernels.Norm(weight: w.rows.base, epsilon: 1e-5)
    kernels.rmsNorm(x.rows, norm: norm, into: normalized.rows)
    let expected = zip(y.values, product(normalized, w)).map { $0 + $1 }
    let input = Kernels.Input()
    input.set(x.rows, norm: norm)
    kernels.multiply(input, by: matrix(w), into: y.rows, accumulate: true)
    expectNear(y.values, expected)
  }

  @Test func aGatedProductIsTheInputOfTheNext() {
    let kernels = Kernels(threadCount: 2)
    // Few; as many as whole vectors; more than a task holds.
    for rows in [5, 64, 600] {
      let x = OwnedRows(numbers(rows * 32), width: 32)
      let g = OwnedRows(numbers(40 * 32, seed: 2), width: 32)
      let u = OwnedRows(numbers(40 * 32, seed: 3), width: 32)
      let d = OwnedRows(numbers(7 * 40, seed: 4), width: 40)
      let gate = OwnedRows(product(x, g), width: 40), up = OwnedRows(product(x, u), width: 40)
      kernels.swiGLU(gate: gate.rows, up: up.rows, into: gate.rows)
      let hidden = OwnedRows(numbers(rows * 40), width: 40)
      let y = OwnedRows(numbers(rows * 7), width: 7)
      let input = Kernels.Input(), next = Kernels.Input()
      input.set(x.rows)
      for _ in 0..<2 {
        kernels.multiplySwiGLU(
          input, gate: matrix(g), up: matrix(u), through: hidden.rows, into: next, for: matrix(d))
        kernels.multiply(next, by: matrix(d), into: y.rows)
        expectNear(y.values, product(gate, d), within: 1e-3)
      }
    }
  }

  @Test func equalKeysGiveTheMeanOfTheValues() {
    let kernels = Kernels(threadCount: 2)
    let q = OwnedRows(numbers(40 * 8), width: 8)
    let k = OwnedRows([Float](repeating: 0.5, count: 50 * 4), width: 4)
    let v = OwnedRows(numbers(50 * 4), width: 4)
    kernels.attend(
      q: q.rows, k: k.rows, v: v.rows, into: q.rows,
      heads: Kernels.Heads(count: 2, keyCount: 1, size: 4))
    let mean = (0..<4).map { d in (0..<50).reduce(Float(0)) { $0 + v.rows[$1][d] } / 50 }
    expectNear(q.values, (0..<40).flatMap { _ in mean + mean })
  }

  @Test func rotationTurnsByThePositionOfTheRow() {
    let kernels = Kernels(threadCount: 1)
    // Position 1 turns by a quarter: (a, b) → (−b, a).
    let cosine: [Float] = [1, 0], sine: [Float] = [0, 1]
    let rows = OwnedRows([1, 2, 3, 4, 1, 2, 3, 4], width: 4)
    cosine.withUnsafeBufferPointer { cosine in
      sine.withUnsafeBufferPointer { sine in
        let table = Kernels.RotaryTable(
          cosine: cosine.baseAddress!, sine: sine.baseAddress!, positionCount: 2)
        kernels.rotate(rows.rows, headSize: 2, positions: [0, 1], table: table)
      }
    }
    #expect(rows.values == [1, 2, 3, 4, -2, 1, -4, 3])
  }

  @Test func neighboursTurnTogetherWhereTheTableSaysSo() {
    let kernels = Kernels(threadCount: 1)
    // Pair 0 stays, pair 1 turns by a quarter.
    let cosine: [Float] = [1, 0], sine: [Float] = [0, 1]
    let halves = OwnedRows([1, 2, 3, 4, 5, 6, 7, 8], width: 8)
    let neighbours = OwnedRows([1, 2, 3, 4, 5, 6, 7, 8], width: 8)
    cosine.withUnsafeBufferPointer { cosine in
      sine.withUnsafeBufferPointer { sine in
        var table = Kernels.RotaryTable(
          cosine: cosine.baseAddress!, sine: sine.baseAddress!, positionCount: 1)
        kernels.rotate(halves.rows, headSize: 4, positions: [0], table: table)
        table.turnsNeighbours = true
        kernels.rotate(neighbours.rows, headSize: 4, positions: [0], table: table)
      }
    }
    #expect(halves.values == [1, -4, 3, 2, 5, -8, 7, 6])
    #expect(neighbours.values == [1, 2, -4, 3, 5, 6, -8, 7])
  }

  @Test func whatLiesBetweenGroupsOfHeadsIsNotRotated() {
    let kernels = Kernels(threadCount: 1)
    let cosine: [Float] = [0], sine: [Float] = [1]
    let rows = OwnedRows([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6], width: 12)
    cosine.withUnsafeBufferPointer { cosine in
      sine.withUnsafeBufferPointer { sine in
        let table = Kernels.RotaryTable(
          cosine: cosine.baseAddress!, sine: sine.baseAddress!, positionCount: 1)
        kernels.rotate(
          rows.rows, headSize: 2, groups: (headCount: 2, stride: 6), positions: [0], table: table)
      }
    }
    #expect(rows.values == [-2, 1, -4, 3, 5, 6, -2, 1, -4, 3, 5, 6])
  }

  @Test func headsThatLieApartAreAttendedToAsIfSideBySide() {
    let kernels = Kernels(threadCount: 2)
    // For each of two key heads: two query heads, the key head, the value head, 4 elements each.
    let packed = OwnedRows(numbers(40 * 32), width: 32)
    func copy(_ parts: [Range<Int>]) -> OwnedRows {
      let values = (0..<40).flatMap { row in
        parts.flatMap { $0.map { packed.rows[row][$0] } }
      }
      return OwnedRows(values, width: parts.reduce(0) { $0 + $1.count })
    }
    let q = copy([0..<8, 16..<24]), k = copy([8..<12, 24..<28]), v = copy([12..<16, 28..<32])
    let expected = OwnedRows(numbers(40 * 16), width: 16)
    kernels.attend(
      q: q.rows, k: k.rows, v: v.rows, into: expected.rows,
      heads: Kernels.Heads(count: 4, keyCount: 2, size: 4))
    let output = OwnedRows(numbers(40 * 16), width: 16)
    kernels.attend(
      q: packed.rows.columns(0..<24), k: packed.rows.columns(8..<28),
      v: packed.rows.columns(12..<32), into: output.rows,
      heads: Kernels.Heads(count: 4, keyCount: 2, size: 4, queryGroupStride: 16, keyStride: 16))
    #expect(output.values == expected.values)
  }

  @Test func gatheringReadsTheRowsOfTheIndices() {
    let kernels = Kernels(threadCount: 2)
    let w = OwnedRows(numbers(10 * 3), width: 3), y = OwnedRows(numbers(2 * 3), width: 3)
    kernels.gather([7, 0], from: matrix(w), into: y.rows)
    #expect(y.values == Array(w.values[21..<24] + w.values[0..<3]))
  }

  @Test func aRaisedFlagLeavesTheWorkOut() {
    let kernels = Kernels(threadCount: 2)
    let x = OwnedRows(numbers(30 * 96), width: 96), w = OwnedRows(numbers(70 * 96), width: 96)
    let y = OwnedRows([Float](repeating: 9, count: 30 * 70), width: 70)
    let input = Kernels.Input()
    input.set(x.rows)
    let flag = CancellationFlag()
    flag.raise()
    kernels.multiply(input, by: matrix(w), into: y.rows, cancellation: flag)
    #expect(y.values.allSatisfy { $0 == 9 })
  }
}
