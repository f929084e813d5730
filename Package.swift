// swift-tools-version: 6.2
import PackageDescription

/// `Scripts/test` sets this, so that a warning stops CI but never a user's build.
let warnings: [SwiftSetting] =
  Context.environment["UNMASK_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)]

let swiftSettings: [SwiftSetting] =
  warnings + [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ]

let package = Package(
  name: "unmask",
  products: [
    .library(name: "MaskedDiffusion", targets: ["MaskedDiffusion"]),
    .library(
      name: "Inference", targets: ["Tokenizers", "Checkpoints", "Kernels", "Models"]),
    .executable(name: "unmask", targets: ["unmask"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(
      url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
  ],
  targets: [
    // Foreign code: the only targets that are not Swift.
    .target(
      name: "CNcurses", cSettings: [.define("_GNU_SOURCE")],
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    .target(name: "CKernels", cSettings: [.define("_GNU_SOURCE")]),

    // Engine: the reverse process, then the models that drive it.
    .target(name: "JSON", swiftSettings: swiftSettings),
    .target(name: "MaskedDiffusion", swiftSettings: swiftSettings),
    .target(
      name: "Tokenizers", dependencies: ["JSON", "MaskedDiffusion"], swiftSettings: swiftSettings),
    .target(name: "ChatTemplates", dependencies: ["JSON"], swiftSettings: swiftSettings),
    .target(
      name: "Kernels", dependencies: ["CKernels", "MaskedDiffusion"], swiftSettings: swiftSettings),
    .target(name: "Checkpoints", dependencies: ["JSON", "Kernels"], swiftSettings: swiftSettings),
    .target(
      name: "Models",
      dependencies: ["Checkpoints", "JSON", "Kernels", "MaskedDiffusion", "Tokenizers"],
      swiftSettings: swiftSettings),
    .target(
      name: "Benchmarks", dependencies: ["Checkpoints", "Kernels", "MaskedDiffusion", "Models"],
      swiftSettings: swiftSettings),

    // What fetches models from a hub.
    .target(
      name: "Hub",
      dependencies: ["JSON", .product(name: "Subprocess", package: "swift-subprocess")],
      swiftSettings: swiftSettings),

    // The closed world: texts whose truth is known, and their exact checker.
    .target(
      name: "ClosedWorld", dependencies: ["MaskedDiffusion"], swiftSettings: swiftSettings),

    // What makes models: objectives, gradients, optimisers.
    .target(
      name: "Training",
      dependencies: [
        "Checkpoints", "JSON", "Kernels", "MaskedDiffusion", "Models", "Tokenizers",
      ], swiftSettings: swiftSettings),

    // Interface: state and screens, then the terminal that shows them.
    .target(
      name: "PlaygroundUI", dependencies: ["MaskedDiffusion"], swiftSettings: swiftSettings),
    .target(
      name: "TerminalDriver", dependencies: ["CNcurses", "PlaygroundUI"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "unmask",
      dependencies: [
        "Benchmarks", "ChatTemplates", "Checkpoints", "ClosedWorld", "Hub", "JSON", "Kernels",
        "MaskedDiffusion", "Models", "PlaygroundUI", "TerminalDriver", "Tokenizers", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: swiftSettings),

    // Tests: one bundle a target, and what they share.
    .target(
      name: "_TestSupport", dependencies: ["MaskedDiffusion", "PlaygroundUI"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ChatTemplatesTests", dependencies: ["ChatTemplates", "_TestSupport"],
      exclude: ["Fixtures"],
      swiftSettings: swiftSettings),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels"], swiftSettings: swiftSettings),
    .testTarget(
      name: "MaskedDiffusionTests", dependencies: ["MaskedDiffusion", "_TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "ClosedWorldTests", dependencies: ["ClosedWorld", "MaskedDiffusion"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "HubTests", dependencies: ["Hub", "_TestSupport"], exclude: ["hub_server.py"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "JSONTests", dependencies: ["JSON", "_TestSupport"], swiftSettings: swiftSettings),
    .testTarget(
      name: "TokenizersTests",
      dependencies: ["JSON", "MaskedDiffusion", "Tokenizers", "_TestSupport"],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "MaskedDiffusion"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "Kernels", "_TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ModelsTests",
      dependencies: [
        "Benchmarks", "Checkpoints", "JSON", "Kernels", "MaskedDiffusion", "Models", "Tokenizers",
        "_TestSupport",
      ],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["Benchmarks", "MaskedDiffusion", "Models", "_TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Checkpoints", "Kernels", "MaskedDiffusion", "Models", "Tokenizers", "Training",
        "_TestSupport",
      ], exclude: ["Fixtures"], swiftSettings: swiftSettings),
    .testTarget(
      name: "PlaygroundUITests", dependencies: ["MaskedDiffusion", "PlaygroundUI", "_TestSupport"],
      exclude: ["Looks", "Screens"], swiftSettings: swiftSettings),
    .testTarget(
      name: "TerminalDriverTests", dependencies: ["CNcurses", "PlaygroundUI", "TerminalDriver"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "UnmaskTests",
      dependencies: [
        "ChatTemplates", "Checkpoints", "Kernels", "MaskedDiffusion", "Models", "PlaygroundUI",
        "Tokenizers", "_TestSupport", "unmask",
      ],
      swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)
