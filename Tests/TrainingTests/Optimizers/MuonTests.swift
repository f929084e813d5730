import Kernels
import Testing

@testable import Training

@Suite("Muon")
struct MuonTests {
  @Test(arguments: [(3, 8), (8, 3), (16, 16)])
  func singularValuesComeCloseToOne(rows: Int, columns: Int) {
    var normal = NormalNumbers(seed: 3, stream: 0)
    let tensor = Tensor((0..<rows * columns).map { _ in normal.next() * 7 })
    let muon = Muon(threadCount: 1, operand: .f32, instructionSet: nil)
    let matrix = Kernels.Rows(tensor.address, count: rows, width: columns)
    muon.orthogonalise(matrix, worker: 0)
    // The products of rows (or columns, if they are fewer) would be those of a unit matrix. Their
    // trace is the sum of the squared singular values.
    let side = min(rows, columns)
    let squares = tensor.values.reduce(0) { $0 + $1 * $1 }
    #expect(squares > 0.7 * 0.7 * Float(side) && squares < 1.2 * 1.2 * Float(side))
    for first in 0..<side {
      for second in 0..<first {
        let product = (0..<max(rows, columns)).reduce(Float(0)) { sum, index in
          rows <= columns
            ? sum + matrix[first][index] * matrix[second][index]
            : sum + matrix[index][first] * matrix[index][second]
        }
        #expect(abs(product) < 0.5)
      }
    }
  }
}
