/// A token of a model's vocabulary: a row of its embedding matrix, 0 or more.
public typealias TokenID = Int32
