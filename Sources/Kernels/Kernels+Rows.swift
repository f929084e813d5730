internal import CKernels

extension Kernels {
  /// Writes x / √(mean(x²) + ε) · weight for each row; `output` may be `input`.
  package func rmsNorm(_ input: Rows, norm: Norm, into output: Rows) {
    checkSameShape(input, output)
    forEachRange(of: input.count, elements: input.width) { range in
      for row in range {
        ck_rms_norm(isa, input[row], norm.weight, norm.epsilon, input.width, output[row])
      }
    }
  }

  /// Writes (x − mean) / √(variance + ε) · weight + bias for each row; `output` may be `input`.
  package func layerNorm(
    _ input: Rows, norm: Norm, bias: UnsafePointer<Float>? = nil, into output: Rows
  ) {
    checkSameShape(input, output)
    forEachRange(of: input.count, elements: input.width) { range in
      for row in range {
        ck_layer_norm(isa, input[row], norm.weight, bias, norm.epsilon, input.width, output[row])
      }
    }
  }

  /// Writes silu(gate) · up; `output` may be either.
  package func swiGLU(gate: Rows, up: Rows, into output: Rows) {
    checkSameShape(gate, output)
    checkSameShape(up, output)
    forEachRange(of: gate.count, elements: gate.width) { range in
      for row in range { ck_swiglu(isa, gate[row], up[row], gate.width, output[row]) }
    }
  }

  /// Writes GELU, with the error function or its tanh approximation; `output` may be `input`.
  package func gelu(_ input: Rows, tanhApproximation: Bool = false, into output: Rows) {
    checkSameShape(input, output)
    forEachRange(of: input.count, elements: input.width) { range in
      for row in range {
        ck_gelu(isa, input[row], tanhApproximation ? 1 : 0, input.width, output[row])
      }
    }
  }

  /// Writes a + b; `output` may be either.
  package func add(_ a: Rows, _ b: Rows, into output: Rows) {
    checkSameShape(a, output)
    checkSameShape(b, output)
    forEachRange(of: a.count, elements: a.width) { range in
      for row in range { ck_add(isa, a[row], b[row], a.width, output[row]) }
    }
  }

  private func checkSameShape(_ a: Rows, _ b: Rows) {
    precondition(
      a.count == b.count && a.width == b.width,
      "\(a.count) × \(a.width), \(b.count) × \(b.width)")
  }
}
