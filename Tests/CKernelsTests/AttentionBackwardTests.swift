import CKernels
import Foundation
import Testing

private struct Case: CustomStringConvertible {
  var queries: Int
  var keys: Int
  var size: Int
  /// How many keys more than its place the first query sees, if it does not see all.
  var causalOffset: Int?
  var addsToKeys = false

  var description: String {
    "\(queries) queries, \(keys) keys, size \(size), offset \(causalOffset?.description ?? "none")"
  }

  func seen(_ query: Int) -> Int { causalOffset.map { min(keys, $0 + query + 1) } ?? keys }
}

/// Rows of a head, with columns of others behind them.
private struct Head {
  let margin = 3
  let stride: Int
  var values: [Float]

  init(_ rows: Int, _ size: Int, _ noise: inout Noise) {
    stride = size + margin
    values = noise.values(rows * stride)
  }

  subscript(row: Int, column: Int) -> Double { Double(values[row * stride + column]) }
}

/// The gradients by their formulas, in double precision.
private func exact(
  _ test: Case, q: Head, k: Head, v: Head, gradient: Head
) -> (q: [Double], k: [Double], v: [Double]) {
  let size = test.size, scale = 1 / Double(size).squareRoot()
  var dq = [Double](repeating: 0, count: test.queries * size)
  var dk = [Double](repeating: 0, count: test.keys * size), dv = dk
  for query in 0..<test.queries {
    let seen = test.seen(query)
    func dot(_ a: Head, _ i: Int, _ b: Head, _ j: Int) -> Double {
      (0..<size).reduce(0) { $0 + a[i, $1] * b[j, $1] }
    }
    let weights = (0..<seen).map { exp(dot(q, query, k, $0) * scale) }
    let sum = weights.reduce(0, +)
    let p = weights.map { $0 / sum }, dp = (0..<seen).map { dot(gradient, query, v, $0) }
    let along = zip(p, dp).reduce(0) { $0 + $1.0 * $1.1 }
    for key in 0..<seen {
      let ds = p[key] * (dp[key] - along) * scale
      for d in 0..<size {
        dq[query * size + d] += ds * k[key, d]
        dk[key * size + d] += ds * q[query, d]
        dv[key * size + d] += p[key] * gradient[query, d]
      }
    }
  }
  return (dq, dk, dv)
}

@Suite("The backward pass of attention")
struct AttentionBackwardTests {
  private static let cases = [
    Case(queries: 1, keys: 1, size: 16), Case(queries: 7, keys: 9, size: 16),
    Case(queries: 33, keys: 31, size: 32, addsToKeys: true),
    Case(queries: 128, keys: 128, size: 64), Case(queries: 131, keys: 131, size: 64),
    Case(queries: 5, keys: 300, size: 48), Case(queries: 20, keys: 30, size: 80, causalOffset: 10),
    Case(queries: 131, keys: 131, size: 32, causalOffset: 0, addsToKeys: true),
  ]

  @Test(arguments: instructionSets)
  func gradientsAreThoseOfTheFormulasButForRounding(isa: ck_isa) {
    for test in Self.cases
    where ck_attention_backward_is_fused(isa, CK_OPERAND_BF16, test.size) != 0 {
      var noise = Noise(seed: UInt64(test.queries + test.keys))
      let q = Head(test.queries, test.size, &noise), k = Head(test.keys, test.size, &noise)
      let v = Head(test.keys, test.size, &noise)
      let gradient = Head(test.queries, test.size, &noise)
      var dq = Head(test.queries, test.size, &noise), dk = Head(test.keys, test.size, &noise)
      var dv = Head(test.keys, test.size, &noise)
      let before = (dq, dk, dv)
      let scratch = Memory(byteCount: ck_attention_backward_bytes(test.keys, test.size))
      var attention = ck_attention_backward()
      (attention.queries, attention.keys, attention.head_size) = (
        test.queries, test.keys, test.size
      )
      attention.scale = 1 / Float(test.size).squareRoot()
      attention.is_causal = test.causalOffset == nil ? 0 : 1
      attention.causal_offset = test.causalOffset ?? 0
      attention.adds_to_keys = test.addsToKeys ? 1 : 0
      for stride in [
        \ck_attention_backward.q_stride, \.gradient_stride, \.k_stride, \.v_stride,
        \.q_gradient_stride, \.k_gradient_stride, \.v_gradient_stride,
      ] { attention[keyPath: stride] = q.stride }
      q.values.withUnsafeBufferPointer {
        attention.q = $0.baseAddress
        k.values.withUnsafeBufferPointer {
          attention.k = $0.baseAddress
          v.values.withUnsafeBufferPointer {
            attention.v = $0.baseAddress
            gradient.values.withUnsafeBufferPointer {
              attention.gradient = $0.baseAddress
              dq.values.withUnsafeMutableBufferPointer {
                attention.q_gradient = $0.baseAddress
                dk.values.withUnsafeMutableBufferPointer {
                  attention.k_gradient = $0.baseAddress
                  dv.values.withUnsafeMutableBufferPointer {
                    attention.v_gradient = $0.baseAddress
                    ck_attention_backward_head(&attention, scratch.base)
                  }
                }
              }
            }
          }
        }
      }
      let expected = exact(test, q: q, k: k, v: v, gradient: gradient)
      check(dq, before.0, expected.q, test, adds: false, "queries")
      check(dk, before.1, expected.k, test, adds: test.addsToKeys, "keys")
      check(dv, before.2, expected.v, test, adds: test.addsToKeys, "values")
    }
  }

  /// Values of the head, and that what lies beside it is as it was.
  private func check(
    _ found: Head, _ before: Head, _ exact: [Double], _ test: Case, adds: Bool, _ name: String
  ) {
    let largest = exact.map(abs).max() ?? 0
    for row in 0..<exact.count / test.size {
      for column in 0..<found.stride {
        guard column < test.size else {
          #expect(found[row, column] == before[row, column])
          continue
        }
        let value = exact[row * test.size + column] + (adds ? before[row, column] : 0)
        let error = abs(found[row, column] - value)
        #expect(error <= 0.02 * largest + 1e-6, "\(name) of \(test): \(row), \(column)")
      }
    }
  }

  @Test(arguments: instructionSets)
  func roundingIsToTheNearestBfloat16(isa: ck_isa) {
    for count in awkwardSizes {
      var noise = Noise(seed: UInt64(count))
      let values = noise.values(count, scale: 100)
      var rounded = [UInt16](repeating: 0, count: count), wide = values
      ck_round_bf16(isa, values, count, &rounded)
      ck_widen_bf16(isa, rounded, count, &wide)
      for (value, found) in zip(values, wide) {
        #expect(found.bitPattern & 0xffff == 0)
        #expect(abs(found - value) <= abs(value) * 0x1p-8)
      }
    }
  }
}
