import CKernels
import Foundation
import Testing

private struct Case: CustomStringConvertible {
  var queries: Int
  var keys: Int
  var heads = 2
  var keyHeads = 1
  var size = 16
  var visible: [UInt8]?
  /// The keys each query sees.
  var ranges: [Range<Int>]?
  /// The group of each key, and the group each query does not see.
  var groups: (keys: [UInt32], hidden: [UInt32])?
  var operand = CK_OPERAND_F32
  /// Elements between one group of heads and the next, in q, k and v.
  var gap = 0

  /// Elements from one group of query heads to the next.
  var queryGroup: Int { heads / keyHeads * size + gap }
  /// Elements from one key head to the next.
  var keyGroup: Int { size + gap }
  /// How large scores get; rounding to bf16 errs in proportion.
  var scale: Float { operand == CK_OPERAND_F32 ? 3 : 0.5 }
  var tolerance: Double { operand == CK_OPERAND_F32 ? 2e-5 : 0.02 }

  var description: String {
    "\(queries) queries, \(keys) keys, \(heads)/\(keyHeads) heads of \(size), "
      + "hidden \(visible?.count { $0 == 0 } ?? 0), ranges \(ranges?.description ?? "no"), groups \(groups != nil)"
  }

  func sees(_ query: Int, _ key: Int) -> Bool {
    let isHidden = groups.map { $0.hidden[query] != 0 && $0.keys[key] == $0.hidden[query] }
    return (visible?[key] ?? 1) != 0 && ranges?[query].contains(key) ?? true && isHidden != true
  }
}

/// Rows with margins, which must stay untouched or unread.
private struct Tensors {
  var q: [Float]
  var k: [Float]
  var v: [Float]
  let width: Int
  let keyWidth: Int

  init(_ test: Case) {
    var noise = Noise(seed: 11)
    width = test.keyHeads * test.queryGroup + 3
    keyWidth = test.keyHeads * test.keyGroup + 5
    q = noise.values(test.queries * width, scale: test.scale)
    k = noise.values(test.keys * keyWidth, scale: test.scale)
    v = noise.values(test.keys * keyWidth)
  }
}

private func computed(_ test: Case, _ tensors: Tensors, isa: ck_isa, inPlace: Bool) -> [Float] {
  let scratch = Memory(byteCount: ck_attention_scratch_bytes())
  var q = tensors.q
  var output = [Float](repeating: 7, count: q.count)
  let visible = test.visible ?? []
  let ranges = (test.ranges ?? []).map {
    ck_key_range(first: UInt32($0.lowerBound), end: UInt32($0.upperBound))
  }
  let (keyGroups, hiddenGroups) = test.groups ?? ([], [])
  q.withUnsafeMutableBufferPointer { q in
    output.withUnsafeMutableBufferPointer { output in
      withPointers(visible, ranges, keyGroups, hiddenGroups) { visible, ranges, keyGroups, hidden in
        tensors.k.withUnsafeBufferPointer { k in
          tensors.v.withUnsafeBufferPointer { v in
            var attention = ck_attention(
              isa: isa, operand: test.operand, q: q.baseAddress, k: k.baseAddress, v: v.baseAddress,
              output: inPlace ? q.baseAddress : output.baseAddress, q_stride: tensors.width,
              k_stride: tensors.keyWidth, v_stride: tensors.keyWidth,
              output_stride: tensors.width, queries: test.queries, keys: test.keys,
              heads: test.heads, key_heads: test.keyHeads, head_size: test.size,
              q_group: test.queryGroup, key_group: test.keyGroup, scale: 0.3,
              visible: visible, ranges: ranges, key_groups: keyGroups, hidden_groups: hidden)
            for head in 0..<test.heads {
              for tile in 0..<(test.queries + 31) / 32 {
                ck_attention_tile(&attention, head, tile, scratch.base)
              }
            }
          }
        }
      }
    }
  }
  return inPlace ? q : output
}

/// Calls `body` with the addresses of four arrays, `nil` for those that are empty.
private func withPointers<A, B, C, D>(
  _ a: [A], _ b: [B], _ c: [C], _ d: [D],
  _ body: (UnsafePointer<A>?, UnsafePointer<B>?, UnsafePointer<C>?, UnsafePointer<D>?) -> Void
) {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      c.withUnsafeBufferPointer { c in
        d.withUnsafeBufferPointer { d in
          body(
            a.isEmpty ? nil : a.baseAddress, b.isEmpty ? nil : b.baseAddress,
            c.isEmpty ? nil : c.baseAddress, d.isEmpty ? nil : d.baseAddress)
        }
      }
    }
  }
}

/// What causal queries see: keys up to their own number plus `offset`.
private func causal(_ queries: Int, keys: Int, offset: Int) -> [Range<Int>] {
  (0..<queries).map { 0..<max(0, min(keys, $0 + offset + 1)) }
}

private func exact(_ test: Case, _ tensors: Tensors, head: Int, query: Int) -> [Double] {
  let keyHead = head / (test.heads / test.keyHeads)
  let sharing = test.heads / test.keyHeads
  let q = query * tensors.width + keyHead * test.queryGroup + head % sharing * test.size
  var weights: [Double] = []
  for key in 0..<test.keys {
    let k = key * tensors.keyWidth + keyHead * test.keyGroup
    let score = (0..<test.size).reduce(0.0) {
      $0 + Double(tensors.q[q + $1]) * Double(tensors.k[k + $1])
    }
    weights.append(test.sees(query, key) ? exp(score * Double(Float(0.3))) : 0)
  }
  let total = weights.reduce(0, +)
  return (0..<test.size).map { d in
    let sum = (0..<test.keys).reduce(0.0) {
      $0 + weights[$1] * Double(tensors.v[$1 * tensors.keyWidth + keyHead * test.keyGroup + d])
    }
    return total == 0 ? 0 : sum / total
  }
}

private func expectNearExact(_ test: Case, isa: ck_isa) {
  let tensors = Tensors(test)
  let output = computed(test, tensors, isa: isa, inPlace: false)
  if test.gap == 0 {
    let inPlace = computed(test, tensors, isa: isa, inPlace: true)
    #expect(inPlace.prefix(test.size) == output.prefix(test.size))
  }
  for query in 0..<test.queries {
    for head in 0..<test.heads {
      let start = query * tensors.width + head * test.size
      for (value, exact) in zip(
        output[start..<start + test.size], exact(test, tensors, head: head, query: query))
      {
        #expect(abs(Double(value) - exact) <= test.tolerance, "\(isa) \(test)")
      }
    }
    for margin in query * tensors.width + test.heads * test.size..<(query + 1) * tensors.width {
      #expect(output[margin] == 7)
    }
  }
}

@Suite("Attention")
struct AttentionTests {
  @Test(arguments: instructionSets)
  func agreesWithExactArithmeticForAnyNumberOfQueries(isa: ck_isa) {
    for queries in awkwardSizes { expectNearExact(Case(queries: queries, keys: 9), isa: isa) }
  }

  @Test(arguments: instructionSets)
  func agreesWithExactArithmeticForAnyNumberOfKeys(isa: ck_isa) {
    for keys in awkwardSizes + [127, 128, 129, 140, 257, 300] {
      expectNearExact(Case(queries: 3, keys: keys), isa: isa)
    }
  }

  @Test(arguments: instructionSets)
  func agreesWithExactArithmeticForAnyHeadSize(isa: ck_isa) {
    for size in awkwardSizes.dropFirst() + [80, 96, 100, 128, 255, 256] {
      expectNearExact(Case(queries: 5, keys: 7, size: size), isa: isa)
    }
  }

  @Test(arguments: instructionSets)
  func groupsOfHeadsShareKeys(isa: ck_isa) {
    for (heads, keyHeads) in [(1, 1), (4, 4), (6, 2), (8, 1)] {
      expectNearExact(Case(queries: 4, keys: 20, heads: heads, keyHeads: keyHeads), isa: isa)
    }
  }

  @Test(arguments: instructionSets)
  func groupsOfHeadsMayLieApart(isa: ck_isa) {
    for (heads, keyHeads) in [(4, 4), (6, 2)] {
      expectNearExact(
        Case(queries: 40, keys: 33, heads: heads, keyHeads: keyHeads, gap: 7), isa: isa)
    }
  }

  @Test(arguments: instructionSets)
  func productsOfBFloat16StayWithinTheirBound(isa: ck_isa) {
    for (queries, keys) in [(1, 1), (5, 2), (33, 127), (3, 128), (40, 129), (7, 300)] {
      for size in [32, 64, 48, 256] {
        expectNearExact(
          Case(
            queries: queries, keys: keys, heads: 2, size: size, operand: CK_OPERAND_BF16, gap: 32),
          isa: isa)
      }
    }
    var test = Case(queries: 5, keys: 151, size: 32, operand: CK_OPERAND_BF16)
    test.visible = (0..<151).map { UInt8($0 % 3 == 1 ? 1 : 0) }
    expectNearExact(test, isa: isa)
    test.visible = [UInt8](repeating: 0, count: 151)
    expectNearExact(test, isa: isa)
    test.visible = nil
    for offset in [-1, 0, 120] {
      test.ranges = causal(5, keys: 151, offset: offset)
      expectNearExact(test, isa: isa)
    }
  }

  @Test(arguments: instructionSets)
  func hiddenKeysAreNotSeen(isa: ck_isa) {
    var test = Case(queries: 5, keys: 150)
    test.visible = (0..<150).map { UInt8($0 % 3 == 1 ? 1 : 0) }
    expectNearExact(test, isa: isa)
    // A whole block hidden, first or last.
    test.visible = (0..<150).map { UInt8($0 >= 128 ? 1 : 0) }
    expectNearExact(test, isa: isa)
    test.visible = (0..<150).map { UInt8($0 < 10 ? 1 : 0) }
    expectNearExact(test, isa: isa)
  }

  @Test(arguments: instructionSets)
  func aQueryThatSeesNothingGetsZeros(isa: ck_isa) {
    var test = Case(queries: 3, keys: 20)
    test.visible = [UInt8](repeating: 0, count: 20)
    expectNearExact(test, isa: isa)
  }

  @Test(arguments: instructionSets)
  func causalQueriesSeeNoLaterKeys(isa: ck_isa) {
    for offset in [-40, -1, 0, 5, 120, 1000] {
      let ranges = causal(70, keys: 190, offset: offset)
      expectNearExact(Case(queries: 70, keys: 190, ranges: ranges), isa: isa)
    }
  }

  @Test(arguments: instructionSets)
  func queriesOfABlockSeeItWholeAndTheBlocksBefore(isa: ck_isa) {
    for operand in [CK_OPERAND_F32, CK_OPERAND_BF16] {
      for length in [1, 4, 32, 50] {
        let ranges = (0..<70).map { 0..<min(200, 130 + ($0 / length + 1) * length) }
        expectNearExact(
          Case(queries: 70, keys: 200, size: 32, ranges: ranges, operand: operand), isa: isa)
      }
    }
  }

  @Test(arguments: instructionSets)
  func windowsHideKeysOnBothSides(isa: ck_isa) {
    for radius in [0, 3, 64, 140] {
      let ranges = (0..<300).map { max(0, $0 - radius)..<min(300, $0 + radius + 1) }
      expectNearExact(Case(queries: 300, keys: 300, ranges: ranges), isa: isa)
    }
    // Some queries see nothing, and not the first of the tile.
    let ranges = (0..<40).map { $0 % 3 == 1 ? 5..<5 : 130..<150 }
    expectNearExact(Case(queries: 40, keys: 160, ranges: ranges), isa: isa)
  }

  /// A second look at some positions: rows that stand in for them see everything but the position
  /// itself, and nobody else sees those rows.
  @Test(arguments: instructionSets)
  func queriesDoNotSeeTheGroupTheyHide(isa: ck_isa) {
    for (real, shadows) in [(40, 8), (140, 20)] {
      let keys = (0..<real).map { UInt32($0 < shadows ? $0 + 2 : 0) }
      let hidden = (0..<real).map { _ in UInt32(1) } + (0..<shadows).map { UInt32($0 + 2) }
      var test = Case(queries: real + shadows, keys: real + shadows)
      test.groups = (keys + Array(repeating: 1, count: shadows), hidden)
      expectNearExact(test, isa: isa)
      test.ranges = causal(real + shadows, keys: real + shadows, offset: 3)
      test.operand = CK_OPERAND_BF16
      test.size = 32
      expectNearExact(test, isa: isa)
    }
  }

  @Test(arguments: instructionSets)
  func largeScoresDoNotOverflow(isa: ck_isa) {
    let test = Case(queries: 2, keys: 130)
    var tensors = Tensors(test)
    // The last key is by far the best for all, and comes after a whole block of others.
    for d in 0..<tensors.q.count { tensors.q[d] = 100 }
    for key in 0..<130 {
      for d in 0..<tensors.keyWidth { tensors.k[key * tensors.keyWidth + d] = key == 129 ? 9 : -9 }
    }
    let output = computed(test, tensors, isa: isa, inPlace: false)
    #expect(output[0] == tensors.v[129 * tensors.keyWidth])
  }

  @Test(arguments: instructionSets)
  func aNumberThatIsNoneIsNotHidden(isa: ck_isa) {
    for operand in [CK_OPERAND_F32, CK_OPERAND_BF16] {
      let test = Case(queries: 1, keys: 5, heads: 1, size: 32, operand: operand)
      var tensors = Tensors(test)
      tensors.k[0] = .nan
      #expect(computed(test, tensors, isa: isa, inPlace: false)[0].isNaN)
    }
  }
}
