import Checkpoints
import Glibc

/// The size of the elements of a tensor, and how it is spread over rows and columns.
struct TensorSummary {
  let name: String
  /// The root of the mean square.
  private(set) var rms = 0.0
  /// The largest magnitude.
  private(set) var largest = 0.0
  /// The root mean square of the middle row; of a vector, of all of it.
  private(set) var rowSize = 0.0
  /// The row that is largest, and by how much larger than the middle one.
  private(set) var largestRow: (index: Int, ratio: Double)?
  /// How much more rows and columns differ in size than those of independent normal numbers.
  ///
  /// The larger of both, which is 1 for such numbers; `nil` for what is no matrix of some size.
  private(set) var unevenness: Double?

  /// A row so many times as large as the middle one is named.
  static let rowLimit = 100.0
  /// Matrices as even as this were not trained.
  static let randomUnevenness = 1.3
  /// The matrices of layers that are trained are less even.
  static let trainedUnevenness = 2.0

  /// An element so many times as large as the middle row is out of range, if it is large at all.
  private static let elementLimit = 1000.0
  private static let leastExtreme = 100.0
  /// Vectors, such as biases, have outliers in good models, but not such.
  private static let vectorLimit = 1e5
  /// The least rows and columns by which evenness is judged.
  private static let leastSide = 32

  /// Looks at `tensor`; of more than `limit` elements at a part.
  init(_ tensor: StoredTensor, limit: Int) {
    name = tensor.name
    let sizes = tensor.shape.dimensions
    guard sizes.count == 2, sizes.allSatisfy({ $0 > 0 }), tensor.elementCount <= limit else {
      addElements(tensor, every: max(1, tensor.elementCount / max(1, limit)))
      return
    }
    addRows(tensor, rows: sizes[0], columns: sizes[1])
  }

  /// Whether an element is so large that it cannot have been meant.
  var hasExtremes: Bool {
    largestRow == nil
      ? largest > Self.vectorLimit
      : largest > max(Self.leastExtreme, Self.elementLimit * rowSize)
  }

  private mutating func addElements(_ tensor: StoredTensor, every step: Int) {
    var sum = 0.0, count = 0, largest = 0.0
    tensor.forEachFloat(every: step) { value in
      let magnitude = abs(Double(value))
      sum += magnitude * magnitude
      if magnitude > largest { largest = magnitude }
      count += 1
    }
    rms = (sum / Double(max(1, count))).squareRoot()
    rowSize = rms
    self.largest = largest
  }

  private mutating func addRows(_ tensor: StoredTensor, rows: Int, columns: Int) {
    var byRow = [Double](repeating: 0, count: rows)
    var byColumn = [Double](repeating: 0, count: columns)
    var largest: Float = 0
    tensor.floats().withUnsafeBufferPointer { values in
      for row in 0..<rows {
        var sum = 0.0
        let start = row * columns
        for column in 0..<columns {
          let value = values[start + column]
          let square = Double(value) * Double(value)
          sum += square
          byColumn[column] += square
          if abs(value) > largest { largest = abs(value) }
        }
        byRow[row] = sum
      }
    }
    self.largest = Double(largest)
    rms = (byRow.reduce(0, +) / Double(rows * columns)).squareRoot()
    let sizes = byRow.map { ($0 / Double(columns)).squareRoot() }
    rowSize = sizes.sorted()[rows / 2]
    if let index = sizes.indices.max(by: { sizes[$0] < sizes[$1] }), rowSize > 0 {
      largestRow = (index, sizes[index] / rowSize)
    }
    if min(rows, columns) >= Self.leastSide {
      let columnSizes = byColumn.map { ($0 / Double(rows)).squareRoot() }
      unevenness = max(
        Self.variation(sizes) * Double(2 * columns).squareRoot(),
        Self.variation(columnSizes) * Double(2 * rows).squareRoot())
    }
  }

  /// The standard deviation by the mean.
  private static func variation(_ sizes: [Double]) -> Double {
    let mean = sizes.reduce(0, +) / Double(sizes.count)
    let squares = sizes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return mean > 0 ? (squares / Double(sizes.count)).squareRoot() / mean : 0
  }
}
