package import MaskedDiffusion

/// The spellings of a vocabulary, byte by byte: it finds the tokens that a text begins with.
package struct ByteTrie: Sendable {
  /// The node before the first byte.
  package static let root: Int32 = 0

  /// An open-addressed table from a node and a byte to the next node; −1 where a slot is free.
  private var keys: [Int64]
  private var children: [Int32]
  private var mask: Int
  /// The token that ends at each node; −1 for none.
  private var tokens: [TokenID] = [-1]

  /// Creates the trie of `vocabulary`.
  package init(_ vocabulary: Vocabulary) {
    self.init()
    vocabulary.forEach { token, spelling in insert(spelling, token) }
  }

  /// Creates an empty trie.
  package init() {
    keys = Array(repeating: -1, count: 1024)
    children = Array(repeating: 0, count: 1024)
    mask = 1023
  }

  /// Adds a token.
  package mutating func insert(_ spelling: String, _ token: TokenID) {
    var node = Self.root
    for byte in spelling.utf8 {
      if let child = child(of: node, byte) {
        node = child
      } else {
        if 2 * tokens.count >= keys.count { grow() }
        let slot = slot(of: node, byte)
        keys[slot] = Self.key(node, byte)
        children[slot] = Int32(clamping: tokens.count)
        node = Int32(clamping: tokens.count)
        tokens.append(-1)
      }
    }
    tokens[Int(node)] = token
  }

  /// The node after `bytes`, or `nil` when no token begins with them.
  package func node(after bytes: some Sequence<UInt8>) -> Int32? {
    var node = Self.root
    for byte in bytes {
      guard let child = child(of: node, byte) else { return nil }
      node = child
    }
    return node
  }

  /// The longest token that `bytes` begin with, after what led to `node`.
  package func longestMatch(
    in bytes: ArraySlice<UInt8>, from node: Int32 = root
  ) -> (token: TokenID, length: Int)? {
    var longest: (token: TokenID, length: Int)?
    forEachMatch(in: bytes, from: node) { longest = ($0, $1) }
    return longest
  }

  /// Calls `body` with every token that `bytes` begin with, the shortest first.
  package func forEachMatch(
    in bytes: ArraySlice<UInt8>, from node: Int32 = root,
    _ body: (_ token: TokenID, _ length: Int) -> Void
  ) {
    var node = node
    for (index, byte) in bytes.enumerated() {
      guard let child = child(of: node, byte) else { return }
      node = child
      if tokens[Int(node)] >= 0 { body(tokens[Int(node)], index + 1) }
    }
  }

  private static func key(_ node: Int32, _ byte: UInt8) -> Int64 { Int64(node) << 8 | Int64(byte) }

  private func child(of node: Int32, _ byte: UInt8) -> Int32? {
    let slot = slot(of: node, byte)
    return keys[slot] < 0 ? nil : children[slot]
  }

  /// The place of a step, or the free place where it would be.
  private func slot(of node: Int32, _ byte: UInt8) -> Int {
    let key = Self.key(node, byte)
    let hash = UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(truncatingIfNeeded: hash >> 32) & mask
    while keys[slot] >= 0, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let former = zip(keys, children).filter { $0.0 >= 0 }
    mask = 2 * keys.count - 1
    keys = Array(repeating: -1, count: mask + 1)
    children = Array(repeating: 0, count: mask + 1)
    for (key, child) in former {
      let slot = slot(of: Int32(key >> 8), UInt8(truncatingIfNeeded: key))
      keys[slot] = key
      children[slot] = child
    }
  }
}
