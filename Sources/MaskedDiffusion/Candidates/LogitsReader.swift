#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads rows of logits, the part of a step besides the forward pass that visits the whole
/// vocabulary; a predictor may bring a faster one.
public protocol LogitsReader: Sendable {
  /// Returns what each of `rows` says.
  ///
  /// - Parameters:
  ///   - logits: The logits.
  ///   - rows: The indices of rows of `logits`.
  ///   - draw: The temperature above 0, and a number strictly between 0 and 1 for each of `rows`;
  ///     `nil` draws nothing.
  /// - Returns: One reading a row, `nil` where ``RowStatistics/init(_:temperature:)`` is.
  func readings(
    of logits: Logits, rows: [Int], draw: (temperature: Double, uniforms: [Double])?
  ) -> [RowReading?]

  /// Returns the probabilities of all tokens in each of `rows`, shape `[rows, vocabulary]`.
  func probabilities(of logits: Logits, rows: [Int]) -> [Float]

  /// Returns the indices of the `count` largest values of a row of logits, largest first, lower
  /// indices first among equals.
  func largest(_ count: Int, of row: UnsafeBufferPointer<Float>) -> [Int]

  /// Calls `body` once for each of `0..<count`, from several threads at once where the predictor
  /// has them; returns when all calls have. `body` must call neither this nor ``readings(of:rows:draw:)``.
  func forEach(count: Int, _ body: (_ index: Int) -> Void)
}

extension LogitsReader {
  /// Returns ln p of one token for each row of `logits`.
  ///
  /// - Parameters:
  ///   - tokens: The tokens, each a column; shape `[rows]`.
  ///   - logits: The logits.
  /// - Returns: The natural logarithms, shape `[rows]`; −∞ where the token's logit is.
  /// - Throws: ``PredictionError/notFinite(position:)``.
  public func logProbabilities(
    of tokens: [TokenID], in logits: Logits
  ) throws(PredictionError) -> [Double] {
    precondition(
      tokens.count == logits.positions.count,
      "\(tokens.count) tokens for \(logits.positions.count) rows")
    let readings = readings(of: logits, rows: Array(tokens.indices), draw: nil)
    var result: [Double] = []
    result.reserveCapacity(tokens.count)
    for (row, token) in tokens.enumerated() {
      guard let reading = readings[row] else {
        throw .notFinite(position: logits.positions[row])
      }
      let logit = logits.values[row * logits.vocabularySize + Int(token)]
      result.append(Double(logit) - reading.statistics.logSumExp)
    }
    return result
  }

  /// Computes one exponential after the other.
  public func probabilities(of logits: Logits, rows: [Int]) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(rows.count * logits.vocabularySize)
    for row in rows {
      logits.withRow(row) { row in
        let statistics = RowStatistics(row)
        values += row.map { Float(statistics?.probability(ofLogit: Double($0)) ?? 0) }
      }
    }
    return values
  }

  /// Looks at one value after the other.
  public func largest(_ count: Int, of row: UnsafeBufferPointer<Float>) -> [Int] {
    largestIndices(of: row, count: count)
  }

  /// Calls `body` for one index after the other.
  public func forEach(count: Int, _ body: (_ index: Int) -> Void) {
    for index in 0..<count { body(index) }
  }
}

/// What one row of logits says.
public struct RowReading: Equatable, Sendable {
  /// Argmax, entropy and normalisation of the unmodified distribution.
  public var statistics: RowStatistics
  /// A token drawn from softmax(logits / temperature) by inverse transform, where asked for.
  public var drawnToken: TokenID?

  /// Creates a reading.
  public init(statistics: RowStatistics, drawnToken: TokenID? = nil) {
    self.statistics = statistics
    self.drawnToken = drawnToken
  }
}

/// Reads one row after the other, in double precision.
public struct SequentialLogitsReader: LogitsReader {
  /// Creates a reader.
  public init() {}

  /// Reads `rows` in order.
  public func readings(
    of logits: Logits, rows: [Int], draw: (temperature: Double, uniforms: [Double])?
  ) -> [RowReading?] {
    rows.enumerated().map { index, row in
      logits.values.withUnsafeBufferPointer { values in
        let columns = logits.vocabularySize
        let row = UnsafeBufferPointer(rebasing: values[row * columns..<(row + 1) * columns])
        return RowStatistics(row).map { statistics in
          RowReading(
            statistics: statistics,
            drawnToken: draw.map {
              Self.token(
                of: row, largest: statistics.largest, temperature: $0.temperature,
                uniform: $0.uniforms[index])
            })
        }
      }
    }
  }

  /// The first token at which the cumulative weight exceeds the share `uniform` of the whole.
  private static func token(
    of row: UnsafeBufferPointer<Float>, largest: Double, temperature: Double, uniform: Double
  ) -> TokenID {
    let weights = row.map { exp((Double($0) - largest) / temperature) }
    let threshold = uniform * weights.reduce(0, +)
    var cumulative = 0.0
    var last = 0
    for (token, weight) in weights.enumerated() where weight > 0 {
      cumulative += weight
      last = token
      if threshold < cumulative { return TokenID(token) }
    }
    // Rounding may leave the sum a little below the threshold.
    return TokenID(last)
  }
}
